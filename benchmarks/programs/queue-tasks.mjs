/** The other side of the benchmark of queues. */
export async function consume(jobs, results, count) {
  for (;;) {
    for (let taken = 0; taken < count; taken++) await jobs.get();
    await results.put('all');
  }
}

export async function bounce(there, back) {
  for (;;) await back.put(await there.get());
}
