export function SchedulerPage() {
  return <div class="page" />;
}
