// What the page knows of its requests: the token, what the last operation cost, and whether
// the server refused the caller. It is in memory only.
import { useSyncExternalStore } from 'react';

let state = {
  // token is sent with each request that has no header Authorization of its own.
  token: '',
  // refused is the message of the server that refused the last request, and whether it had a
  // token.
  refused: undefined,
  // isRecording requests the vendor calls and the cost of each operation.
  isRecording: true,
  // last is the last operation that was recorded: its name, calls and cost.
  last: undefined,
};
const listeners = new Set();

export const session = () => state;

export function update(changes) {
  state = { ...state, ...changes };
  listeners.forEach((changed) => changed());
}

const subscribe = (changed) => {
  listeners.add(changed);
  return () => listeners.delete(changed);
};

export const useSession = () => useSyncExternalStore(subscribe, session);
