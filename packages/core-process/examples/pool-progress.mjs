import { Pool, currentTask, isMainProcess } from 'core-process';

export function copy(files) {
  for (const [index, file] of files.entries()) {
    currentTask().reportProgress(`${file} ${index + 1}/${files.length}`);
  }
  return 'copied';
}

if (isMainProcess) {
  const pool = new Pool({ processes: 1 });
  console.log(await pool.apply(copy, [['a.txt', 'b.txt']], { onProgress: console.log }));
  pool.close();
  await pool.join();
}
