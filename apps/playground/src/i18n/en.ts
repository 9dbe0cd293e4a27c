import type { Words } from './words.js';

export const en: Words = {
  help: `Claims about processes, locks and the scheduler, each shown on real processes of
this machine.

Usage:
  playground list                 every claim, by group
  playground verify [ID…]         measure all of them, or some, and print a table
  playground run ID…              one or a few, told step by step, each with its control:
                                  the same measurement with the cause removed
  playground lab                  all of it to look at and try, in the browser

An ID is group/claim, as in ending/zombie; a group alone stands for all of its claims.

Options:
  --controls       verify: measure the controls as well
  --report FILE    verify: write an HTML page with charts too, which needs nothing else
  --json           print one JSON object and nothing else on standard output
  --port N         lab: the port to serve on, 0 for any (default: 4870, or else any)
  --lang en|zh     language (default: from LC_ALL, LC_MESSAGES or LANG)
  -h, --help       print this

Exit status:
  0  nothing failed; what this platform can't show is skipped, and said to be
  1  a claim does not hold, or its control shows that the measurement is worth nothing
  2  wrong usage

Colours are for terminals only; NO_COLOR turns them off.
`,
  groups: {
    creating: 'Creating',
    waiting: 'Waiting',
    isolation: 'Isolation',
    identity: 'Identity',
    ending: 'Ending',
    multiplexing: 'Multiplexing',
    memory: 'Memory',
    locking: 'Locking',
    messaging: 'Messaging',
    model: 'Model and machine',
  },
  verdicts: { holds: 'holds', 'does-not-hold': 'does not hold', skipped: 'skipped' },
  columns: { id: 'Experiment', claim: 'Claim', measured: 'Measured', verdict: 'Verdict' },
  code: 'Code',
  measured: 'Measured',
  verdict: 'Verdict',
  control: 'Control',
  measuring: 'measuring',
  asItMust: ', as it must be without the cause',
  failedWith: (message) => `failed: ${message}`,
  summary: ({ all, held, failed, skipped, seconds }) => {
    const time = `Measured in ${seconds} s.`;
    const rest =
      skipped === 0 ? '' : ` ${skipped} skipped: this platform can't show ${skipped === 1 ? 'it' : 'them'}.`;
    if (failed > 0) {
      return `${failed} of ${all} ${failed === 1 ? 'claim does' : 'claims do'} not hold; ${held} ${held === 1 ? 'holds' : 'hold'}.${rest} ${time}`;
    }
    if (held === 0) return `Nothing was shown.${rest} ${time}`;
    if (skipped > 0) return `${held} of ${all} claims hold.${rest} ${time}`;
    return `${all === 1 ? 'The claim holds.' : `All ${all} claims hold.`} ${time}`;
  },
  listed: (count) => `${count} experiments. playground run ID tells one step by step.`,
  calledOff: 'called off; no process is left.',
  unknownCommand: (given) => `There is no command "${given}": list, verify, run or lab.`,
  unknownId: (given, nearest) =>
    `There is no experiment or group "${given}"${nearest === undefined ? '' : `; did you mean "${nearest}"`}. "playground list" names them all.`,
  missingId: 'Say which experiment to run, as in: playground run ending/zombie',
  unknownLanguage: (given) => `--lang is "${given}"; give en or zh.`,
  noArgument: (command, given) => `${command} takes no argument, and "${given}" was given.`,
  notForCommand: (command, flag) => `--${flag} is not for ${command}.`,
  unknownFlag: (given) => `There is no option "${given}".`,
  missingValue: (flag) => `${flag} needs a value.`,
  needlessValue: (flag) => `${flag} takes no value.`,
  seeHelp: 'See playground --help.',
  badPort: (given) => `--port is "${given}"; give a number from 0 to 65535.`,
  report: {
    title: 'What holds on this machine',
    contents: 'Groups of claims',
    legend: 'A mark is a claim; the bar above it, how long it took to measure.',
  },
  reportWritten: (file) => `Report: ${file}`,
  reportRefused: (file, message) =>
    `the report can't be written to ${file}: ${message}. Give another file with --report; nothing was measured.`,
  labOffer: 'To watch the processes, try schedulers and race for tickets in the browser: npm run lab',
  labOpen: (address) =>
    `The lab is open. Only this machine can reach it, and only with this address:\n\n  ${address}\n\nCtrl-C closes it.`,
  labClosed: 'The lab is closed; no process is left.',
  usualPortTaken: (port) => `Port ${port} is taken, perhaps by another lab; using any other.`,
  labListenErrors: {
    ERR_LAB_PORT_TAKEN: (port) =>
      `Port ${port} is taken by another program. Give another with --port, or --port 0 for any that is free.`,
    ERR_LAB_PORT_FORBIDDEN: (port) =>
      `Port ${port} is not for ordinary users. Give one from 1024 on with --port, or --port 0 for any that is free.`,
    ERR_LAB_LISTEN: (_port, message) => message,
  },
};
