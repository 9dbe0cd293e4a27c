import type { Experiment, Measuring } from '../../experiment.js';
import { isThere, startFamily } from '../../family-tree.js';
import { until } from '../../meeting.js';
import { withoutProc } from '../../platform.js';

interface Figures {
  readonly parent: number;
  readonly parentAfterwards: number;
  /** Whether the child went on after its parent's end. */
  readonly wentOn: boolean;
  /** Whether it was told. */
  readonly wasTold: boolean;
}

async function measure(measuring: Measuring, killsParent: boolean): Promise<Figures> {
  const { middle, grandchild, heard } = await startFamily(measuring, {
    target: 'watchParent',
    daemon: false,
    ends: false,
  });
  const parent = Number(heard('up')?.split(' ')[1]);
  if (!killsParent) {
    return {
      parent,
      parentAfterwards: parent,
      wentOn: isThere(grandchild),
      wasTold: heard('told') !== undefined,
    };
  }
  middle.kill();
  await middle.join();
  const told = await until(measuring.signal, () => {
    // Looked at first: it may say so and end between the two looks.
    const goesOn = isThere(grandchild);
    return heard('told') ?? (goesOn ? undefined : '');
  });
  // It can say so only if it goes on; after that it ends by itself.
  return {
    parent,
    parentAfterwards: Number(told.split(' ')[0]),
    wentOn: told !== '',
    wasTold: told.endsWith(' false'),
  };
}

export const orphanAdopted: Experiment<Figures> = {
  id: 'ending/orphan-adopted',
  claim: {
    en: 'A child whose parent is killed goes on as an orphan: init, or who stands in for it, adopts it.',
    zh: '父进程被杀死后，子进程作为孤儿继续运行，由 init（或代替它的进程）收养。',
  },
  code: `import { setTimeout } from 'node:timers/promises';
import { Process, isMainProcess, parentProcess } from 'core-process';

export async function child() {
  console.log('parent', process.ppid);
  parentProcess().once('orphaned', () => {
    console.log('orphaned; parent', process.ppid);
    process.exit();
  });
  await setTimeout(10_000);
}

export async function parent() {
  new Process({ target: child, daemon: false }).start();
  await setTimeout(10_000);
}

if (isMainProcess) {
  const middle = new Process({ target: parent, stdio: 'pipe' });
  middle.start();
  for await (const line of middle.stdout) {
    console.log(line);
    if (!line.startsWith('orphaned')) middle.kill();
  }
}`,
  unavailable: withoutProc,
  measure: (measuring) => measure(measuring, true),
  judge: ({ parent, parentAfterwards, wentOn, wasTold }) => ({
    holds: wentOn && wasTold && parentAfterwards !== parent,
    measured: {
      en: `its parent was ${parent}, then ${wentOn ? parentAfterwards : 'it was gone'}; it was ${wasTold ? '' : 'not '}told`,
      zh: `父进程原为 ${parent}，后来${wentOn ? `是 ${parentAfterwards}` : '自己也没了'}；它${wasTold ? '得到' : '没有得到'}通知`,
    },
  }),
  control: {
    instead: { en: 'a parent that lives on', zh: '父进程继续活着' },
    measure: (measuring) => measure(measuring, false),
  },
};
