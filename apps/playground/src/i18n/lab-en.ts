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
    clash: 'Oversold',
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
};
