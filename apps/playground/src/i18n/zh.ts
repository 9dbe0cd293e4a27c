import type { Words } from './words.js';

export const zh: Words = {
  help: `关于进程、锁和调度的论断，逐条在本机的真实进程上验证。

用法：
  playground list                 按组列出全部论断
  playground verify [ID…]         测量全部或其中几条，打印一张表
  playground run ID…              逐步讲述一条或几条，并做对照：
                                  去掉原因，把同样的测量再做一遍
  playground lab                  在浏览器里观看、动手尝试

ID 形如 组/论断，例如 ending/zombie；只写组名表示该组全部论断。

选项：
  --controls       verify：对照也一并测量
  --report FILE    verify：另写一份带图表、可单独打开的 HTML 报告
  --json           标准输出只打印一个 JSON 对象
  --port N         lab：使用的端口，0 为任意（默认 4870，被占用则任意）
  --lang en|zh     语言（默认取自 LC_ALL、LC_MESSAGES 或 LANG）
  -h, --help       打印本说明

退出状态：
  0  没有失败；本平台无法展示的会跳过，并说明原因
  1  有论断不成立，或对照表明测量没有意义
  2  用法错误

只在终端上使用颜色；设置 NO_COLOR 可关闭。
`,
  groups: {
    creating: '创建',
    waiting: '等待',
    isolation: '隔离',
    identity: '身份',
    ending: '结束',
    multiplexing: '多道复用',
    memory: '内存',
    locking: '加锁',
    messaging: '消息传递',
    model: '模型与机器',
  },
  verdicts: { holds: '成立', 'does-not-hold': '不成立', skipped: '跳过' },
  columns: { id: '实验', claim: '论断', measured: '测得', verdict: '结论' },
  code: '代码',
  measured: '测得',
  verdict: '结论',
  control: '对照',
  measuring: '测量中',
  asItMust: '，去掉原因后理应如此',
  failedWith: (message) => `出错：${message}`,
  summary: ({ all, held, failed, skipped, seconds }) => {
    const time = `用时 ${seconds} 秒。`;
    const rest = skipped === 0 ? '' : `跳过 ${skipped} 条：本平台无法展示。`;
    if (failed > 0) return `${all} 条论断中 ${failed} 条不成立，${held} 条成立。${rest}${time}`;
    if (held === 0) return `没有展示任何论断。${rest}${time}`;
    if (skipped > 0) return `${all} 条论断中 ${held} 条成立。${rest}${time}`;
    return `${all} 条论断全部成立。${time}`;
  },
  listed: (count) => `共 ${count} 个实验。playground run ID 逐步讲述其中一个。`,
  calledOff: '已中止，没有留下任何进程。',
  unknownCommand: (given) => `没有命令“${given}”：可用 list、verify、run、lab。`,
  unknownId: (given, nearest) =>
    `没有名为“${given}”的实验或组${nearest === undefined ? '' : `；是否指“${nearest}”`}。“playground list”列出全部名称。`,
  missingId: '请指明要运行的实验，例如：playground run ending/zombie',
  unknownLanguage: (given) => `--lang 的值是“${given}”；请用 en 或 zh。`,
  noArgument: (command, given) => `${command} 不接受参数，却给出了“${given}”。`,
  notForCommand: (command, flag) => `--${flag} 不用于 ${command}。`,
  unknownFlag: (given) => `没有选项“${given}”。`,
  missingValue: (flag) => `${flag} 需要一个值。`,
  needlessValue: (flag) => `${flag} 不带值。`,
  seeHelp: '参见 playground --help。',
  badPort: (given) => `--port 的值是“${given}”；请给 0 到 65535 的数字。`,
  report: {
    title: '在这台机器上哪些成立',
    contents: '论断分组',
    legend: '每个记号是一条论断，上方的条形是测量所用的时间。',
  },
  reportWritten: (file) => `报告：${file}`,
  reportRefused: (file, message) =>
    `无法把报告写到 ${file}：${message}。请用 --report 换一个文件；尚未开始测量。`,
  labOffer: '想在浏览器里观看进程、试用调度策略、抢票，请运行：npm run lab',
  labOpen: (address) =>
    `实验室已打开。只有本机能访问，且只能用这个地址：\n\n  ${address}\n\n按 Ctrl-C 关闭。`,
  labClosed: '实验室已关闭，没有留下任何进程。',
  usualPortTaken: (port) => `端口 ${port} 已被占用（也许是另一个实验室），改用其他端口。`,
  labListenErrors: {
    ERR_LAB_PORT_TAKEN: (port) =>
      `端口 ${port} 已被别的程序占用。请用 --port 换一个，或用 --port 0 任选空闲端口。`,
    ERR_LAB_PORT_FORBIDDEN: (port) =>
      `普通用户不能使用端口 ${port}。请用 --port 给出 1024 以上的端口，或用 --port 0 任选。`,
    ERR_LAB_LISTEN: (_port, message) => message,
  },
};
