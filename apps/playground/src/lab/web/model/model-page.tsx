export function ModelPage() {
  return <div class="page" />;
}
