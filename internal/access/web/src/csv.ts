// Writes CSV: RFC 4180 in UTF-8. A byte order mark at its start makes spreadsheets read names
// with accents.

// isFormula tells whether a spreadsheet may run a text: the rule of `accountgraph export`.
const isFormula = (text: string): boolean => /^[' \u00a0\u3000]*[=+\-@\t\r\n＝＋－＠]/.test(text);

function cell(value: string): string {
  const text = isFormula(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(columns: string[], rows: string[][]): string {
  return `\ufeff${[columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

// Completeness is told in two columns of every row, which survive sorting and filtering, and in
// the name of the file. An incomplete list without rows has one row that has nothing else.
export interface Table {
  columns: string[];
  rows: string[][];
  complete: boolean;
  missing: string;
}

export function download(name: string, table: Table): void {
  const { columns, rows, complete, missing } = table;
  const told = [String(complete), missing];
  const all = rows.map((row) => [...row, ...told]);
  if (rows.length === 0 && !complete) all.push([...columns.map(() => ''), ...told]);
  const url = URL.createObjectURL(new Blob([csv([...columns, 'complete', 'missing'], all)], { type: 'text/csv;charset=utf-8' }));
  const day = new Date().toISOString().slice(0, 10);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = `${name}-${day}${complete ? '' : '-incomplete'}.csv`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const list = (values: string[]): string => values.join('; ');

// wholeSeconds returns a time as `accountgraph export` writes it in the column readAt.
export const wholeSeconds = (time: string | undefined): string => time?.replace(/\.\d+/, '') ?? '';
