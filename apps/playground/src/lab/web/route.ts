/** Where the page is: `#/part/rest?query`. The part after # never leaves the browser. */
import { computed, signal } from '@preact/signals';

export const PARTS = ['experiments', 'scheduler', 'race', 'processes', 'model'] as const;
export type Part = (typeof PARTS)[number];

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const route = computed(() => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  const [part = '', ...rest] = path.split('/');
  return {
    part: PARTS.find((known) => known === part) ?? 'experiments',
    rest: rest.map(decodeURIComponent).join('/'),
    query: new URLSearchParams(query),
  };
});

/** Says where the page is, without a step back for each small change. */
export function replaceRoute(address: string): void {
  history.replaceState(null, '', address);
  hash.value = location.hash;
}

export function go(address: string): void {
  location.hash = address;
}
