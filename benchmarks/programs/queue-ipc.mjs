/** Node's IPC as a queue: counts messages, or bounces each. */
let taken = 0;
process.on('message', ({ bounce, count, message }) => {
  if (bounce) process.send(message);
  else if (++taken === count) {
    taken = 0;
    process.send('all');
  }
});
