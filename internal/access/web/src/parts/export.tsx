// The button that writes a list as CSV.
import { useEffect, useRef, useState } from 'preact/hooks';
import { download, type Table } from '../csv.ts';
import { amount } from '../format.ts';
import { Icon } from './icons.tsx';

interface ExportProps {
  name: string;
  // read reads all rows. It reports how many it has.
  read: (progress: (rows: number) => void, signal: AbortSignal) => Promise<Table>;
  disabled?: boolean;
  // shown is the list beside the button. What is said of a file is removed when the list changes.
  shown: unknown;
}

export function ExportButton({ name, read, disabled = false, shown }: ExportProps) {
  const [rows, setRows] = useState<number>();
  const [result, setResult] = useState('');
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  useEffect(() => setResult(''), [shown]);
  const start = async () => {
    const controller = new AbortController();
    running.current = controller;
    setRows(0);
    setResult('');
    try {
      const table = await read(setRows, controller.signal);
      download(name, table);
      setResult(
        table.complete
          ? `CSV with ${amount(table.rows.length)} rows written. It is complete.`
          : `CSV with ${amount(table.rows.length)} rows written. It is not complete: ${table.missing}`,
      );
    } catch (problem) {
      if (!controller.signal.aborted) setResult(`No CSV was written. ${problem instanceof Error ? problem.message : ''}`);
    } finally {
      setRows(undefined);
    }
  };
  return (
    <div class="export">
      {rows === undefined ? (
        <button type="button" class="button" disabled={disabled} onClick={() => void start()}>
          <Icon name="download" />
          CSV
        </button>
      ) : (
        <button type="button" class="button" onClick={() => running.current?.abort()}>
          <Icon name="close" />
          Stop, {amount(rows)} read
        </button>
      )}
      <span role="status" class="quiet">
        {result}
      </span>
    </div>
  );
}
