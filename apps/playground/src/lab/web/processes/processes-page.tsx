export function ProcessesPage() {
  return <div class="page" />;
}
