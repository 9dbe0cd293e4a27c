import type { LabWords } from './lab-words.js';
import { zh } from './zh.js';

const themes = { system: '自动', light: '浅色', dark: '深色' } as const;

export const labZh: LabWords = {
  title: '实验室',
  skip: '跳到正文',
  parts: '实验室的各部分',
  partNames: {
    experiments: '实验',
    scheduler: '调度',
    race: '抢票',
    processes: '进程',
    model: '模型与机器',
  },
  machine: (node, platform, cores) => `Node ${node.slice(1)}，${platform}，${cores} 个核`,
  themes,
  themeIs: (theme) => `浅色或深色：${themes[theme]}`,
  gone: '实验室的服务没有应答：已经结束，或正在重新启动。请运行“pnpm lab”，打开它打印的地址。若服务恢复，本页会自行继续。',
  stale: '本页没有这次实验室的密钥。请打开终端里显示的、带有“#key=”的地址。调度部分不需要密钥。',
  opening: '正在打开…',
  needsServer: '这一部分要在你的机器上运行真实进程，需要实验室的服务。',
  groups: zh.groups,
  verdicts: { holds: '成立', 'does-not-hold': '不成立', skipped: '跳过' },
  verdict: '结论',
  run: '运行',
  runAgain: '再运行一次',
  stop: '停止',
  copy: '复制',
  copied: '已复制',
  calledOff: '已停止，没有留下任何进程。',
  replaced: '已中止，因为启动了另一次运行：一次只运行一个，否则会互相干扰测量。',
  failed: '运行出错。',
  errors: {
    ERR_LAB_GONE: '实验室的服务没有应答。请运行“pnpm lab”，打开它打印的地址。',
    ERR_LAB_KEY: '本页没有这次实验室的密钥。请打开终端里显示的地址。',
    ERR_LAB_TOO_MANY: '最多 64 个进程，请先结束一些。',
    ERR_LAB_NO_SUCH_PROCESS: '这个进程已经结束了。',
    ERR_LAB_NO_SUCH_JOB: '服务已不记得这次运行，请重新开始。',
  },
  paints: {
    running: '运行',
    ready: '就绪（等 CPU）',
    blocked: '阻塞',
    stopped: '暂停',
    zombie: '僵尸',
    overhead: '切换',
    searching: '查票',
    waiting: '排队等待',
    critical: '在临界区',
    clash: '多人同时在内',
  },
  roles: ['测量者', '子进程', '孙进程', '后代'],
  experiments: {
    title: '实验',
    choose: '论断',
    count: (all) => `共 ${all} 条论断`,
    progress: (held, done, all) => `${done} 条中 ${held} 条成立，还有 ${all - done} 条`,
    runAll: '全部运行',
    whatRunDoes: '在真实进程上测量，再去掉原因测一遍。',
    starting: '启动中…',
    measuring: '测量中…',
    measuringControl: '去掉原因，再次测量…',
    took: (seconds) => `用时 ${seconds.toFixed(1)} 秒。`,
    processes: '它的进程（读自 /proc）',
    controlBegins: '对照开始',
    nothingYet: '还没有运行。运行之后，每个进程在这里占一行。',
    timelineLabel: (processes) =>
      processes === 0 ? '时间线，目前为空' : `${processes} 个进程的时间线：各自何时运行、就绪、阻塞`,
    withCause: '测得',
    withoutCause: (instead) => `对照：${instead}`,
    notMeasured: '尚未测量',
    pending: '测量中…',
    asItMust: '，理应如此',
    code: '自己试试',
  },
  scheduler: {
    title: '调度器会怎么做？',
    lead: '写下进程，选定策略：操作系统调度器的模型会随着你的输入立刻运行。',
    workload: '负载',
    example: '从例子开始',
    chooseExample: '选一个…',
    examples: {
      convoy: '长作业后面的车队',
      mixed: '交互与计算混合',
      shares: '按彩票分配',
      lock: '锁造成的优先级反转',
      cores: '五个进程两个核',
      crowd: '64 个进程四个核',
    },
    name: '进程',
    arrival: '到达时刻',
    script: '做什么',
    weights: { priority: '优先级', nice: 'nice 值', tickets: '彩票数', deadline: '截止', period: '周期' },
    remove: '删除',
    removeNamed: (name) => `删除 ${name}`,
    add: '添加进程',
    scriptHint: 'cpu 5 计算 5 个时间单位，io 3 等设备 3 个；另有 lock m、unlock m、yield。',
    cores: '核数',
    quantum: '时间片',
    contextSwitch: '切换开销',
    policies: '策略（并排比较）',
    policy: '策略',
    policyNames: {
      fcfs: '先来先服务',
      sjf: '最短作业优先',
      'round-robin': '时间片轮转',
      serial: '串行',
      srtf: '最短剩余时间',
      priority: '优先级',
      mlfq: '多级反馈队列',
      lottery: '彩票调度',
      stride: '步长调度',
      cfs: '完全公平（CFS）',
      eevdf: '最早虚拟截止（EEVDF）',
      edf: '最早截止优先',
      'rate-monotonic': '单调速率',
    },
    policyLines: {
      fcfs: '最早就绪的先运行，直到它等待或结束。',
      sjf: '需要 CPU 时间最短的先运行。',
      'round-robin': '每个进程用一个时间片，然后轮到下一个。',
      serial: '一个接一个，每个从头运行到尾，等待时也不让出。',
      srtf: '剩余计算最少的先运行，可抢占。',
      priority: '数字小的先运行，可抢占。',
      mlfq: '用完轮次的降到时间片更长的队列；隔一段时间全部提升。',
      lottery: '每个时间片抽一次签。',
      stride: '按彩票数分配，不靠运气。',
      cfs: '按 nice 加权，得到最少的先运行：Linux 6.5 及以前。',
      eevdf: '在应得时间的进程里，虚拟截止最早的先运行：Linux 6.6 起。',
      edf: '截止时间最近的先运行。',
      'rate-monotonic': '周期短的先运行。',
    },
    share: '复制链接',
    shareHint: '地址里包含全部设置。',
    nothing: '没有可运行的：至少要有一个进程和一种策略。',
    outOfRange: (what, least, most) => `${what}：请给 ${least} 到 ${most} 的整数。`,
    rowNumber: (row) => `第 ${row} 个进程`,
    rowProblem: (name, problem) => {
      switch (problem.kind) {
        case 'empty':
          return `${name} 什么也不做：请写，例如“cpu 5”。`;
        case 'nameless':
          return `${name} 没有名字。`;
        case 'twice':
          return `有两个进程都叫 ${name}。`;
        case 'unknown':
          return `${name}：“${problem.text}”不是 cpu 或 io 加时间单位数、lock 或 unlock 加名字、yield。`;
        case 'number':
          return `${name}：“${problem.text}”超出范围；请给 1 到 100000。`;
        case 'locks':
          return `${name} 解开了没有持有的锁，或重复加同一把锁。`;
        case 'range':
          return `${name}：请给 ${problem.least} 到 ${problem.most} 的整数。`;
        default:
          return problem satisfies never;
      }
    },
    saveSvg: '把图存为 SVG',
    saveTrace: '保存跟踪文件，可用 ui.perfetto.dev 打开',
    trace: '跟踪',
    stalled: '模型放弃了：负载永不结束，或轮次太多。',
    tooMany: (most) => `最多 ${most} 个进程。`,
    deadlock: (waits) => `死锁：${waits.map(([name, lock]) => `${name} 等 ${lock}`).join('，')}。`,
    ticks: '单位',
    chartLabel: (policy, processes, makespan) =>
      `${policy}：${processes} 个进程在 ${makespan} 个时间单位里各自何时运行、就绪、阻塞`,
    figures: '数字对比',
    figuresHint: '以时间单位计；每列最好的加重显示。',
    figureNames: {
      meanTurnaround: '周转时间',
      meanResponse: '响应时间',
      meanWaiting: '等待时间',
      makespan: '总时长',
      contextSwitches: '切换次数',
      utilization: 'CPU 利用率',
      fairness: '公平性',
    },
    stepping: '逐步执行',
    back: '上一步',
    next: '下一步',
    step: '步',
    stepOf: (step, all) => `第 ${step} 步，共 ${all} 步`,
    beforeAll: '一切尚未发生。',
    happened: (time, name, reason, core) => {
      const on = core === undefined ? 'CPU' : `${core} 号核`;
      const what: Readonly<Record<string, string>> = {
        arrival: '到达，进入就绪',
        fork: '被创建，进入就绪',
        'switch-in': `正被换上${on}`,
        'switch-out': '没有换上，仍然就绪',
        dispatch: `得到${on}`,
        'slice-end': `让出${on}：时间片用完`,
        preempted: `被更紧急的进程夺走${on}`,
        yield: `主动让出${on}`,
        io: `让出${on}：等待设备`,
        'io-done': '等到了设备，进入就绪',
        'lock-wait': `让出${on}：等待锁`,
        'lock-granted': '拿到锁，进入就绪',
        wait: `让出${on}：等待子进程`,
        'child-exit': '得知子进程结束，进入就绪',
        'no-memory': '等待内存',
        'swapped-in': '已换入内存，进入就绪',
        exit: '结束',
        zombie: '结束，等待回收',
        reap: '被回收',
        migrate: '移到另一个核的队列',
        warm: '数据已进入缓存',
        evict: '数据被挤出缓存',
      };
      return `时刻 ${time}，${name} ${what[reason] ?? reason}。`;
    },
    diagram: '进程的状态',
    states: { new: '新建', ready: '就绪', running: '运行', blocked: '阻塞', terminated: '结束' },
  },
  race: {
    title: '抢票',
    lead: '每个买家都是一个独立进程：先查票，再读余票、思考、减一写回。靠什么不让同一张票卖两次？',
    load: '来多少人，抢多少票',
    strategies: '策略（并排比较）',
    strategyNames: {
      none: '不加保护',
      join: '逐个来',
      lock: '加锁',
      'file-lock': '文件锁',
      optimistic: '乐观并发',
      queue: '售票进程',
    },
    strategyLines: {
      none: '大家同时读、想、写：竞态。',
      join: '前一个走了后一个才来：正确，但慢。',
      lock: '一起查票，一次只有一个人买。',
      'file-lock': '互不相识的程序之间也一样。',
      optimistic: '思考时被别人抢先，就重来。',
      queue: '一个进程拥有票，买家给它发消息。',
    },
    buyers: '买家',
    tickets: '票数',
    kill: '中途杀死',
    pace: '思考时间',
    paces: { quick: '10 到 30 毫秒', slow: '0.1 到 0.3 秒', article: '1 到 2 秒' },
    open: '开始售票',
    whatItDoes: '每种策略面对同样的买家，同时进行。',
    chooseOne: '请至少选一种策略。',
    impossible: (buyers, tickets) => `买家 1 到 ${buyers}，票 0 到 ${tickets}，杀死的不能多于买家。`,
    starting: '买家的进程正在启动…',
    selling: '售票中…',
    done: '售完并已核对。',
    sold: (sold, all) => `${all} 张票卖出 ${sold} 张`,
    database: (left, listed) => `db.json：余票 ${left}，记录 ${listed}`,
    chartLabel: (strategy, buyers) => `${strategy}：${buyers} 个买家各自何时查票、等待、在临界区`,
    noAudit: '尚未核对',
    broken: ({ sold, ticketsBefore, oversold, lostUpdates }) =>
      `${ticketsBefore} 张票卖出 ${sold} 张：多卖 ${oversold} 张，${lostUpdates} 笔购买被覆盖。`,
    whole: ({ sold, ticketsBefore, left, time, killed }) =>
      `${ticketsBefore} 张票卖出 ${sold} 张，余 ${left} 张，没有丢失${killed > 0 ? `，杀死 ${killed} 个` : ''}，用时 ${(time / 1000).toFixed(2)} 秒。`,
  },
  processes: {
    title: '实验室的进程',
    lead: '本页的服务进程，以及它启动的一切。可以启动几个来观察，暂停、结束它们；两分钟后或关闭本页时，它们会自行结束。',
    lately: '最近 15 秒',
    now: '现在',
    start: '启动',
    howMany: '数量',
    thatDo: '做什么',
    kinds: { computing: '计算', waiting: '等待', alternating: '时而计算时而等待' },
    endAll: '全部杀死',
    count: (there, most) =>
      there === 0 ? `目前没有；最多可有 ${most} 个。` : `${there} 个，最多 ${most} 个。`,
    tooMany: (most) => `总共最多 ${most} 个：请给合适的整数。`,
    lab: '实验室',
    process: '进程',
    state: '状态',
    states: { R: '运行或就绪', S: '阻塞', D: '等待设备', T: '暂停', Z: '僵尸', I: '空闲' },
    switches: '切换：自愿 / 被迫',
    memory: '内存',
    memoryHint: '深色：独占；浅色：与别人共享。',
    megabytes: (own, shared) => `${own} + ${shared} MB`,
    signals: '信号',
    pause: '暂停',
    goOn: '继续',
    end: '结束',
    kill: '杀死',
  },
  model: {
    title: '模型与机器',
    lead: '先由模型预测，再让真实进程在本机的一个核上照做。“cpu”是计算，“io”是等待，单位毫秒。',
    workload: '负载',
    examples: { loops: '两个循环', waits: '一个等待，一个计算', three: '三个进程' },
    wrong: (name, kind, step, work) => {
      switch (kind) {
        case 'script':
          return `${name}：请写“cpu”“io”加毫秒数，例如“cpu 20, io 60, cpu 20”。`;
        case 'order':
          return `${name}：cpu 与 io 要交替，且以 cpu 开头。`;
        case 'long':
          return `${name}：最多 12 步，每步不超过 ${step} 毫秒。`;
        case 'much':
          return `合计超过 ${work / 1000} 秒，请减少一些。`;
        case 'nothing':
          return '没有可运行的进程。';
        default:
          return kind satisfies never;
      }
    },
    run: '真实运行',
    status: {
      idle: '真实进程，固定在一个核上。',
      starting: '进程正在启动…',
      running: '运行中…',
      done: '已测量。',
      'called-off': '已停止，没有留下任何进程。',
      replaced: '已中止，因为启动了另一次运行。',
      failed: '运行出错。',
    },
    predicted: '模型',
    predictedHint: 'Linux 调度器（EEVDF）的模型',
    measured: '机器',
    measuredHint: '进程自己的记录',
    notRun: '尚未运行。',
    errors: '相差多少',
    taken: (ms) => `其间本机其他程序占用该核 ${ms.toFixed(0)} 毫秒。`,
    endPredicted: '预测结束',
    endMeasured: '实测结束',
    endUndisturbed: '扣除他人占用',
    switches: '切换：模型 / 机器',
    error: '误差',
  },
};
