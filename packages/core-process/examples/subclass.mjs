import { Process, isMainProcess } from 'core-process';

export class Adder extends Process {
  constructor(numbers) {
    super({ name: 'adder' });
    this.numbers = numbers;
  }
  run() {
    return this.numbers.reduce((sum, number) => sum + number, 0);
  }
}

if (isMainProcess) {
  const adder = new Adder([1, 2, 3]).start();
  console.log(adder.name, await adder.result);
}
