import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@tooling/testkit';
import { describe, expect, it } from 'vitest';
import {
  isForsaken,
  openDatabase,
  parseDatabase,
  readDatabase,
  removeLeftovers,
  resolveDatabaseFile,
  withOneSold,
  writeDatabase,
} from './database.js';

/** Above any pid_max that Linux allows. */
const NO_PROCESS = 2 ** 22 + 1;

describe('parseDatabase', () => {
  it('takes a bare count, and keeps what others put in', () => {
    expect(parseDatabase('{"tickets": 3}', 'db')).toEqual({ tickets: 3, sales: [] });
    const full = { venue: 'hall', tickets: 0, sales: [{ ticket: 1, buyer: 'anna' }] };
    expect(parseDatabase(JSON.stringify(full), 'db')).toEqual(full);
  });

  it.each([
    ['', /is empty/],
    ['{"tickets": 3, "sal', /is not JSON/],
    ['[3]', /holds no object/],
    ['null', /holds no object/],
    ['{}', /has nothing for "tickets"/],
    ['{"tickets": -1}', /has -1 for "tickets"/],
    ['{"tickets": 1.5}', /has 1\.5 for "tickets"/],
    ['{"tickets": "3"}', /has "3" for "tickets"/],
    ['{"tickets": 3, "sales": {}}', /other than a list for "sales"/],
    ['{"tickets": 3, "sales": [null]}', /has null for "sales\[0\]"/],
    ['{"tickets": 3, "sales": [{"ticket": 0, "buyer": "a"}]}', /for "sales\[0\]"/],
    ['{"tickets": 3, "sales": [{"ticket": 1, "buyer": 7}]}', /for "sales\[0\]"/],
  ])('refuses %j and says what to do', (text, problem) => {
    const parse = () => parseDatabase(text, '/some/db.json');
    expect(parse).toThrow(
      expect.objectContaining({ code: 'ERR_TICKET_DATABASE_INVALID', file: '/some/db.json' }),
    );
    expect(parse).toThrow(problem);
    expect(parse).toThrow(/Repair the file, or delete it/);
  });
});

describe('writeDatabase', () => {
  it('puts the new content in the place of the old, and leaves nothing beside it', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'db.json');
    await writeDatabase(file, { tickets: 3, sales: [] });
    await writeDatabase(file, { tickets: 2, sales: [{ ticket: 1, buyer: 'anna' }] });
    expect(await readDatabase(file)).toEqual({ tickets: 2, sales: [{ ticket: 1, buyer: 'anna' }] });
    expect(readdirSync(folder)).toEqual(['db.json']);
  });

  it('shows the old content until the new is whole', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'db.json');
    await writeDatabase(file, { tickets: 3, sales: [] });
    const seen: unknown[] = [];
    await writeDatabase(
      file,
      { tickets: 2, sales: [] },
      {
        beforeRename: async () => {
          seen.push(await readDatabase(file), readdirSync(folder).length);
        },
      },
    );
    expect(seen).toEqual([{ tickets: 3, sales: [] }, 2]);
  });

  it('keeps the mode of the file', async () => {
    const file = join(temporaryFolder(), 'db.json');
    await writeDatabase(file, { tickets: 3, sales: [] });
    chmodSync(file, 0o600);
    await writeDatabase(file, { tickets: 2, sales: [] });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('after a failure the old content is there and the temporary file is not', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'db.json');
    await writeDatabase(file, { tickets: 3, sales: [] });
    const failing = writeDatabase(
      file,
      { tickets: 2, sales: [] },
      { beforeRename: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })) },
    );
    await expect(failing).rejects.toMatchObject({
      code: 'ERR_TICKET_DATABASE_WRITE',
      message: expect.stringMatching(/disk is full: make room/),
    });
    expect(readdirSync(folder)).toEqual(['db.json']);
    expect(await readDatabase(file)).toEqual({ tickets: 3, sales: [] });
  });

  it('in a folder that is not there says so', async () => {
    const file = join(temporaryFolder(), 'nowhere', 'db.json');
    await expect(writeDatabase(file, { tickets: 1, sales: [] })).rejects.toThrow(/Make its folder first/);
  });
});

describe('openDatabase', () => {
  it('begins with what is asked for, or with the initial count', async () => {
    const folder = temporaryFolder();
    expect(await openDatabase(join(folder, 'a.json'), 5, 3)).toEqual({ tickets: 5, sales: [] });
    expect(await openDatabase(join(folder, 'b.json'), undefined, 3)).toEqual({ tickets: 3, sales: [] });
    expect(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'))).toEqual({ tickets: 5, sales: [] });
  });

  it('keeps the count and the sales of a file that is there; a number fills it up', async () => {
    const file = join(temporaryFolder(), 'db.json');
    const content = { venue: 'hall', tickets: 1, sales: [{ ticket: 1, buyer: 'anna' }] };
    writeFileSync(file, JSON.stringify(content));
    expect(await openDatabase(file, undefined, 3)).toEqual(content);
    expect(readFileSync(file, 'utf8')).toBe(JSON.stringify(content));
    expect(await openDatabase(file, 8, 3)).toEqual({ ...content, tickets: 8 });
    expect(await readDatabase(file)).toEqual({ ...content, tickets: 8 });
  });

  it('makes nothing of a broken file, or of a folder', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'db.json');
    writeFileSync(file, '{"tick');
    await expect(openDatabase(file, 3, 3)).rejects.toMatchObject({ code: 'ERR_TICKET_DATABASE_INVALID' });
    expect(readFileSync(file, 'utf8')).toBe('{"tick');
    mkdirSync(join(folder, 'sub'));
    await expect(openDatabase(join(folder, 'sub'), 3, 3)).rejects.toMatchObject({
      code: 'ERR_TICKET_DATABASE_READ',
    });
  });
});

it('a link leads to the file that is replaced', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'real.json'), '{"tickets": 1}');
  symlinkSync('real.json', join(folder, 'link.json'));
  expect(await resolveDatabaseFile(join(folder, 'link.json'))).toBe(join(folder, 'real.json'));
  expect(await resolveDatabaseFile(join(folder, 'new.json'))).toBe(join(folder, 'new.json'));
});

it('a ticket has the number after the highest', () => {
  const before = { tickets: 2, sales: [{ ticket: 4, buyer: 'anna' }] };
  expect(withOneSold(before, 'bert', 'r1')).toEqual({
    ticket: 5,
    content: { tickets: 1, sales: [...before.sales, { ticket: 5, buyer: 'bert', run: 'r1' }] },
  });
});

describe('removeLeftovers', () => {
  it('takes the files of dead writers of this database, and no others', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'db.json');
    const others = ['db.json', `.other.json.ticket-demo.${NO_PROCESS}.x`, '.db.json.ticket-demo.notes'];
    for (const name of [...others, `.db.json.ticket-demo.${NO_PROCESS}.x`])
      writeFileSync(join(folder, name), '');
    expect(await removeLeftovers(file, (pid) => pid === process.pid)).toBe(0);
    expect(await removeLeftovers(file, (pid) => pid === NO_PROCESS)).toBe(1);
    expect(readdirSync(folder).toSorted()).toEqual(others.toSorted());
  });

  it('a file is forsaken when its writer is gone and it is old', async () => {
    const path = join(temporaryFolder(), 'temporary');
    writeFileSync(path, '');
    expect(await isForsaken(NO_PROCESS, path)).toBe(false);
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(path, longAgo, longAgo);
    expect(await isForsaken(NO_PROCESS, path)).toBe(true);
    expect(await isForsaken(process.pid, path)).toBe(false);
    expect(await isForsaken(NO_PROCESS, `${path}-gone`)).toBe(false);
  });

  it('of a folder that is not there: nothing', async () => {
    expect(await removeLeftovers(join(temporaryFolder(), 'nowhere', 'db.json'), () => true)).toBe(0);
  });
});
