export function RacePage() {
  return <div class="page" />;
}
