// What the panel "Vendor calls" shows of `extensions.upstream`.

// immediate are the sources whose rows took no call, so that no other row waited for them.
const immediate = ['MEMORY', 'INDEX', 'STALE'];

// sources says what each source means.
export const sources = {
  VENDOR: 'called the vendor',
  COALESCED: 'shared a call that was in flight',
  REDIS: 'from the cache in Redis',
  MEMORY: 'from the cache in memory',
  STALE: 'from the cache, and refreshed in the background',
  INDEX: 'from the index',
};

// levels groups the rows of a trace: a row of level 2 began when one of level 1 had ended. The
// number of levels is the length of the longest chain of calls that wait for each other.
export function levels(calls) {
  const rows = calls.toSorted((a, b) => a.start - b.start).map((call) => ({ ...call, end: call.start + call.ms }));
  for (const row of rows) {
    const before = rows.filter((other) => other !== row && other.level && !immediate.includes(other.source) && other.end <= row.start);
    row.level = 1 + Math.max(0, ...before.map(({ level }) => level));
  }
  return [...Map.groupBy(rows, ({ level }) => level)]
    .sort(([a], [b]) => a - b)
    .map(([level, members]) => ({ level, rows: members }));
}

// total returns when the last call ended, in milliseconds.
export const total = (calls) => Math.max(0, ...calls.map(({ start, ms }) => start + ms));

const milliseconds = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export const duration = (ms) => (ms < 0.01 ? '0 ms' : `${milliseconds.format(ms)} ms`);

export const count = (n, one, many = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

// fromVendor counts the rows that called a vendor.
export const fromVendor = (calls) => calls.filter(({ source }) => source === 'VENDOR').length;
