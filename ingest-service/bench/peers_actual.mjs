// Actual's own import of transactions, headless and without a server: node peers_actual.mjs ROWS.json
import { readFileSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const api = createRequire(join(process.cwd(), 'peers.cjs'))('@actual-app/api');
const rows = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log = () => undefined; // it tells of every step
console.error = () => undefined;
await api.init({ dataDir: mkdtempSync(join(tmpdir(), 'actual-')) });

const told = [];
await api.runImport('bench', async () => {
  const account = await api.createAccount({ name: 'bench' }, 0);
  for (const _time of ['first', 'again']) {
    const given = rows.map((row) => ({ ...row, account }));
    const started = performance.now();
    const done = await api.importTransactions(account, given);
    told.push({ seconds: (performance.now() - started) / 1000, added: done.added.length });
    process.stdout.write(`${JSON.stringify(told.at(-1))}\n`);
  }
});
process.exit(0);
