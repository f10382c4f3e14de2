// Actual's own import of transactions, headless and without a server: node peers_actual.mjs ROWS.json
//
// One call for all rows would tell nothing before its end, so they go in parts, and after each part
// a line tells which time it is, how many rows were given and added, and after how many seconds.
import { readFileSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const api = createRequire(join(process.cwd(), 'peers.cjs'))('@actual-app/api');
const rows = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log = () => undefined; // it tells of every step
console.error = () => undefined;
await api.init({ dataDir: mkdtempSync(join(tmpdir(), 'actual-')) });

const PART_ROWS = 5_000;
await api.runImport('bench', async () => {
  const account = await api.createAccount({ name: 'bench' }, 0);
  for (const time of ['first', 'again']) {
    let added = 0;
    const started = performance.now();
    for (let from = 0; from < rows.length; from += PART_ROWS) {
      const part = rows.slice(from, from + PART_ROWS).map((row) => ({ ...row, account }));
      added += (await api.importTransactions(account, part)).added.length;
      const seconds = (performance.now() - started) / 1000;
      process.stdout.write(`${JSON.stringify({ time, rows: from + part.length, added, seconds })}\n`);
    }
  }
});
process.exit(0);
