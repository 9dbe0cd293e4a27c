import { en } from './en.js';
import type { LabWords } from './lab-words.js';

const themes = { system: 'Auto', light: 'Light', dark: 'Dark' } as const;

export const labEn: LabWords = {
  title: 'The lab',
  skip: 'Skip to the content',
  parts: 'Parts of the lab',
  partNames: {
    experiments: 'Experiments',
    scheduler: 'Scheduler',
    race: 'Ticket race',
    processes: 'Processes',
    model: 'Model and machine',
  },
  machine: (node, platform, cores) =>
    `Node ${node.slice(1)}, ${platform}, ${cores} ${cores === 1 ? 'core' : 'cores'}`,
  themes,
  themeIs: (theme) => `Light or dark: ${themes[theme]}`,
  gone: 'The lab’s server does not answer: it has ended, or is being started again. Start it with “pnpm lab” and open the address that it prints. This page goes on by itself if it comes back.',
  stale:
    'This page has no key to this run of the lab. Open the address that the terminal shows, the one with “#key=” in it. The scheduler works without.',
  opening: 'Opening…',
  needsServer: 'This part runs real processes of your machine, for which it needs the lab’s server.',
  groups: en.groups,
  verdicts: { holds: 'Holds', 'does-not-hold': 'Does not hold', skipped: 'Skipped' },
  verdict: 'Verdict',
  run: 'Run',
  runAgain: 'Run again',
  stop: 'Stop',
  copy: 'Copy',
  copied: 'Copied',
  calledOff: 'Stopped. None of its processes is left.',
  replaced: 'Called off, since another run was started: one at a time, or they disturb each other’s figures.',
  failed: 'It failed.',
  errors: {
    ERR_LAB_GONE:
      'The lab’s server does not answer. Start it with “pnpm lab” and open the address that it prints.',
    ERR_LAB_KEY: 'This page has no key to this run of the lab. Open the address that the terminal shows.',
    ERR_LAB_TOO_MANY: 'There can be 64 processes at most; end some first.',
    ERR_LAB_NO_SUCH_PROCESS: 'That process has ended already.',
    ERR_LAB_NO_SUCH_JOB: 'The server has forgotten that run; start it again.',
  },
  paints: {
    running: 'Running',
    ready: 'Ready, waiting for a core',
    blocked: 'Blocked',
    stopped: 'Stopped',
    zombie: 'Zombie',
    overhead: 'Switching',
    searching: 'Searching',
    waiting: 'Waiting for its turn',
    critical: 'In the critical section',
    clash: 'Several in it at once',
  },
  roles: ['measures', 'child', 'grandchild', 'descendant'],
  experiments: {
    title: 'Experiments',
    choose: 'Claims',
    count: (all) => `${all} claims`,
    progress: (held, done, all) => `${held} of ${done} hold; ${all - done} to run`,
    runAll: 'Run all',
    whatRunDoes: 'Measures on real processes, then once more with the cause removed.',
    starting: 'Starting…',
    measuring: 'Measuring…',
    measuringControl: 'Measuring without the cause…',
    took: (seconds) => `Measured in ${seconds.toFixed(1)} s.`,
    processes: 'Its processes, as /proc has them',
    controlBegins: 'The control begins',
    nothingYet: 'Nothing has run yet. Once it runs, each process gets a line here.',
    timelineLabel: (processes) =>
      processes === 0
        ? 'Timeline, empty so far'
        : `Timeline of ${processes} processes: when each was running, ready or blocked`,
    withCause: 'Measured',
    withoutCause: (instead) => `Control: ${instead}`,
    notMeasured: 'Not measured yet',
    pending: 'Measuring…',
    asItMust: ', as it must be',
    code: 'Try it yourself',
  },
  scheduler: {
    title: 'What would a scheduler do?',
    lead: 'Describe processes, choose policies: a model of an operating system’s scheduler runs them while you type.',
    workload: 'Workload',
    example: 'Begin with',
    chooseExample: 'an example…',
    examples: {
      convoy: 'A convoy behind a long one',
      mixed: 'Interactive and computing',
      shares: 'Shares by tickets',
      lock: 'Priority inversion by a lock',
      cores: 'Five on two cores',
      crowd: '64 processes on four cores',
    },
    name: 'Process',
    arrival: 'Arrives at',
    script: 'What it does',
    weights: {
      priority: 'Priority',
      nice: 'Nice',
      tickets: 'Tickets',
      deadline: 'Deadline',
      period: 'Period',
    },
    remove: 'Remove',
    removeNamed: (name) => `Remove ${name}`,
    add: 'Add a process',
    scriptHint:
      'cpu 5 computes 5 ticks, io 3 waits 3 for a device; lock m, unlock m and yield do what they say.',
    cores: 'Cores',
    quantum: 'Quantum',
    contextSwitch: 'Cost of a switch',
    policies: 'Policies, side by side',
    policy: 'Policy',
    policyNames: {
      fcfs: 'First come, first served',
      sjf: 'Shortest job first',
      'round-robin': 'Round robin',
      serial: 'Serial',
      srtf: 'Shortest remaining time',
      priority: 'Priority',
      mlfq: 'Feedback queues',
      lottery: 'Lottery',
      stride: 'Stride',
      cfs: 'Completely fair (CFS)',
      eevdf: 'Earliest virtual deadline (EEVDF)',
      edf: 'Earliest deadline first',
      'rate-monotonic': 'Rate monotonic',
    },
    policyLines: {
      fcfs: 'Whoever is ready longest runs until it waits or ends.',
      sjf: 'Whoever needs the core for the shortest time goes first.',
      'round-robin': 'Each gets the core for one quantum, then the next one does.',
      serial: 'One process after the other, each from its start to its end, its waits included.',
      srtf: 'Whoever has least left to compute goes first, and takes the core from others.',
      priority: 'The smaller number goes first, and takes the core from others.',
      mlfq: 'Who uses up its turns sinks to a lower queue with longer ones; now and then all are lifted.',
      lottery: 'A ticket is drawn for each quantum.',
      stride: 'Shares by tickets, without chance.',
      cfs: 'Who has had least, weighed by its nice value, goes next: Linux until 6.5.',
      eevdf: 'Of those who are owed time, the earliest virtual deadline: Linux since 6.6.',
      edf: 'The nearest deadline goes first.',
      'rate-monotonic': 'The shorter period goes first.',
    },
    share: 'Copy the link',
    shareHint: 'The address holds all of this.',
    nothing: 'Nothing to run: there has to be a process and a policy.',
    outOfRange: (what, least, most) => `${what}: give a whole number from ${least} to ${most}.`,
    rowNumber: (row) => `Process ${row}`,
    rowProblem: (name, problem) => {
      switch (problem.kind) {
        case 'empty':
          return `${name} does nothing: write, for example, “cpu 5”.`;
        case 'nameless':
          return `${name} has no name.`;
        case 'twice':
          return `There are two processes named ${name}.`;
        case 'unknown':
          return `${name}: “${problem.text}” is none of: cpu or io with a number of ticks, lock or unlock with a name, yield.`;
        case 'number':
          return `${name}: “${problem.text}” is out of range; give 1 to 100000 ticks.`;
        case 'locks':
          return `${name} unlocks what it does not hold, or locks the same twice.`;
        case 'range':
          return `${name}: give whole numbers from ${problem.least} to ${problem.most}.`;
        default:
          return problem satisfies never;
      }
    },
    saveSvg: 'Save the chart as SVG',
    saveTrace: 'Save a trace, to open with ui.perfetto.dev',
    trace: 'Trace',
    stalled: 'The model gave up: the workload never ends, or takes too many turns.',
    tooMany: (most) => `There can be ${most} processes at most.`,
    deadlock: (waits) => `Deadlock: ${waits.map(([name, lock]) => `${name} waits for ${lock}`).join(', ')}.`,
    ticks: 'ticks',
    chartLabel: (policy, processes, makespan) =>
      `${policy}: when each of ${processes} processes runs, is ready or blocked, over ${makespan} ticks`,
    figures: 'In figures',
    figuresHint: 'In ticks; the best of each column stands out.',
    figureNames: {
      meanTurnaround: 'Turnaround',
      meanResponse: 'Response',
      meanWaiting: 'Waiting',
      makespan: 'Makespan',
      contextSwitches: 'Switches',
      utilization: 'Cores busy',
      fairness: 'Fairness',
    },
    stepping: 'Step by step',
    back: 'Back',
    next: 'Next step',
    step: 'Step',
    stepOf: (step, all) => `${step} of ${all}`,
    beforeAll: 'Before anything has happened.',
    happened: (time, name, reason, core) => {
      const on = core === undefined ? 'a core' : `core ${core}`;
      const what: Readonly<Record<string, string>> = {
        arrival: 'arrives, and is ready',
        fork: 'is forked, and is ready',
        'switch-in': `is being switched in on ${on}`,
        'switch-out': 'is not switched in after all',
        dispatch: `gets ${on}`,
        'slice-end': `leaves ${on}: its quantum is over`,
        preempted: `loses ${on} to a more urgent one`,
        yield: `gives ${on} up`,
        io: `leaves ${on}: it waits for a device`,
        'io-done': 'has what it waited for, and is ready',
        'lock-wait': `leaves ${on}: it waits for a lock`,
        'lock-granted': 'has the lock, and is ready',
        wait: `leaves ${on}: it waits for a child`,
        'child-exit': 'learns that its child has ended, and is ready',
        'no-memory': 'waits for memory',
        'swapped-in': 'is in memory, and ready',
        exit: 'has ended',
        zombie: 'has ended, and waits to be reaped',
        reap: 'is reaped',
        migrate: 'moves to another core’s queue',
        warm: 'has its data in the cache now',
        evict: 'has lost its data from the cache',
      };
      return `At ${time}, ${name} ${what[reason] ?? reason}.`;
    },
    diagram: 'States of a process',
    states: { new: 'New', ready: 'Ready', running: 'Running', blocked: 'Blocked', terminated: 'Ended' },
  },
  race: {
    title: 'The ticket race',
    lead: 'Buyers are processes of their own. Each searches, then reads the count, thinks, and writes it back less one. What keeps them from selling a ticket twice?',
    load: 'Who comes, and for what',
    strategies: 'Strategies, side by side',
    strategyNames: {
      none: 'No protection',
      join: 'One by one',
      lock: 'A lock',
      'file-lock': 'A lock on a file',
      optimistic: 'Optimistic',
      queue: 'A seller process',
    },
    strategyLines: {
      none: 'Everyone reads, thinks and writes at once: the race.',
      join: 'Each starts when the one before has gone: right, and slow.',
      lock: 'All search together, one at a time buys.',
      'file-lock': 'The same between programs that know nothing of each other.',
      optimistic: 'Whoever was overtaken while thinking tries again.',
      queue: 'One process owns the tickets; buyers send it messages.',
    },
    buyers: 'Buyers',
    tickets: 'Tickets',
    kill: 'Killed meanwhile',
    pace: 'Thinking takes',
    paces: { quick: '10 to 30 ms', slow: '0.1 to 0.3 s', article: '1 to 2 s' },
    open: 'Open the doors',
    whatItDoes: 'Every strategy gets the same buyers, at the same time.',
    chooseOne: 'Choose at least one strategy.',
    impossible: (buyers, tickets) =>
      `Give 1 to ${buyers} buyers, 0 to ${tickets} tickets, and no more killed than there are buyers.`,
    starting: 'The buyers’ processes are starting…',
    selling: 'On sale…',
    done: 'Sold, and audited.',
    sold: (sold, all) => `${sold} of ${all} tickets sold`,
    database: (left, listed) => `db.json: tickets ${left}, sales ${listed}`,
    chartLabel: (strategy, buyers) =>
      `${strategy}: when each of ${buyers} buyers searched, waited, and was in the critical section`,
    noAudit: 'Not audited yet',
    broken: ({ sold, ticketsBefore, oversold, lostUpdates }) =>
      `${sold} sold of ${ticketsBefore}: ${oversold} too many, ${lostUpdates} ${lostUpdates === 1 ? 'purchase' : 'purchases'} overwritten.`,
    whole: ({ sold, ticketsBefore, left, time, killed }) =>
      `${sold} of ${ticketsBefore} sold, ${left} left, nothing lost${killed > 0 ? `, ${killed} killed` : ''}, in ${(time / 1000).toFixed(2)} s.`,
  },
  processes: {
    title: 'Processes of the lab',
    lead: 'The server of this page and all that it has started. Start some to look at, pause them, end them; they end by themselves after two minutes, or when this page is closed.',
    lately: 'The last 15 seconds',
    now: 'Now',
    start: 'Start',
    howMany: 'How many',
    thatDo: 'that',
    kinds: { computing: 'compute', waiting: 'wait', alternating: 'compute and wait' },
    endAll: 'Kill all',
    count: (there, most) =>
      there === 0 ? `None is there; up to ${most} can be.` : `${there} of ${most} are there.`,
    tooMany: (most) => `There can be ${most} at most: give a whole number that fits.`,
    lab: 'the lab',
    process: 'Process',
    state: 'State',
    states: {
      R: 'running or ready',
      S: 'blocked',
      D: 'waits for a device',
      T: 'stopped',
      Z: 'zombie',
      I: 'idle',
    },
    switches: 'Switches: own / forced',
    memory: 'Memory',
    memoryHint: 'Dark: its own; light: shared with others.',
    megabytes: (own, shared) => `${own} + ${shared} MB`,
    signals: 'Signals',
    pause: 'Pause',
    goOn: 'Go on',
    end: 'End',
    kill: 'Kill',
  },
  model: {
    title: 'Model and machine',
    lead: 'The model says what will happen; then real processes do the same on one core of this machine. “cpu” computes and “io” waits, in milliseconds.',
    workload: 'Workload',
    examples: { loops: 'Two loops', waits: 'One waits, one computes', three: 'Three of them' },
    wrong: (name, kind, step, work) => {
      switch (kind) {
        case 'script':
          return `${name}: write “cpu” and “io” with milliseconds, as in “cpu 20, io 60, cpu 20”.`;
        case 'order':
          return `${name}: cpu and io take turns, and cpu comes first.`;
        case 'long':
          return `${name}: give at most 12 steps of up to ${step} ms.`;
        case 'much':
          return `All together that is more than ${work / 1000} s: give less.`;
        case 'nothing':
          return 'There is nothing to run.';
        default:
          return kind satisfies never;
      }
    },
    run: 'Run it for real',
    status: {
      idle: 'Real processes, kept on one core.',
      starting: 'The processes are starting…',
      running: 'Running…',
      done: 'Measured.',
      'called-off': 'Stopped. None of its processes is left.',
      replaced: 'Called off, since another run was started.',
      failed: 'It failed.',
    },
    predicted: 'The model',
    predictedHint: 'Linux’s scheduler (EEVDF), as it is modelled',
    measured: 'The machine',
    measuredHint: 'As the processes saw it themselves',
    notRun: 'Not run yet.',
    errors: 'How far apart',
    taken: (ms) => `Other programs of this machine had the core for ${ms.toFixed(0)} ms meanwhile.`,
    endPredicted: 'Predicted end',
    endMeasured: 'Measured end',
    endUndisturbed: 'Less what others took',
    switches: 'Switches: model / machine',
    error: 'Error',
  },
};
