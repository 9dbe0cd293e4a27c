/** The same from CommonJS. */
const { Process, isMainProcess } = require('core-process');

function double(n) {
  return 2 * n;
}
class Doubler extends Process {
  constructor(n, options) {
    super(options);
    this.n = n;
  }
  run() {
    return 2 * this.n;
  }
}
module.exports = { double, Doubler };

if (isMainProcess && require.main === module) {
  const p = new Process({ target: double, args: [21] });
  p.start();
  void p.result.then((result) => console.log(`result ${result}`));
}
