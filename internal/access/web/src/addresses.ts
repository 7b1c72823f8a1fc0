// Reads pasted addresses.

export interface Pasted {
  // addresses are the distinct ones, in their order, as they were written.
  addresses: string[];
  // without are the lines that have no address: somebody would be left out.
  without: { line: number; text: string }[];
}

// decode returns the text of a file: UTF-8, or UTF-16 as spreadsheets write it, with a byte order
// mark. It throws on anything else, which would lose letters of addresses.
export function decode(content: ArrayBuffer): string {
  const [first, second] = new Uint8Array(content.slice(0, 2));
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding, { fatal: true }).decode(content);
}

// normalize returns the form in which the server compares addresses (PersonFilter.emails), and
// which Person.email has.
export function normalize(address: string): string {
  return address.trim().normalize('NFC').toLowerCase().normalize('NFC').replaceAll('ς', 'σ');
}

// parse finds the addresses in lines, in CSV, and in lists with commas, semicolons or spaces. A
// header is a first line without an address, if another line has one.
export function parse(text: string): Pasted {
  const pasted: Pasted = { addresses: [], without: [] };
  const seen = new Set<string>();
  const lines = text.replaceAll('\ufeff', '').split(/\r\n|\r|\n/);
  lines.forEach((line, i) => {
    if (!line.trim()) return;
    const found = line.split(/[\s,;<>"]+/).map((part) => part.replace(/^mailto:/i, '').replace(/^'|'$/g, '')).filter((part) => /^[^@]+@[^@]+$/.test(part));
    if (found.length === 0) pasted.without.push({ line: i + 1, text: line.trim() });
    for (const address of found) {
      const key = normalize(address);
      if (seen.has(key)) continue;
      seen.add(key);
      pasted.addresses.push(address);
    }
  });
  const first = lines.findIndex((line) => line.trim());
  if (pasted.addresses.length > 0 && pasted.without[0]?.line === first + 1 && lines.length > first + 1 && isHeader(lines[first]!)) {
    pasted.without.shift();
  }
  return pasted;
}

const isHeader = (line: string): boolean => /\b(e-?mail|mail|address|upn|user ?principal ?name|login)\b/i.test(line.replaceAll('_', ' '));
