/** Answers each message of Node's IPC with itself. */
process.on('message', (message) => process.send(message));
