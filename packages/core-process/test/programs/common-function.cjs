module.exports = (n) => 3 * n;
