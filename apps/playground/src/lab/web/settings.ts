/** The page's language and light, kept in this browser; at first those of the system. */
import { effect, signal } from '@preact/signals';
import type { Language, Text } from '../../experiment.js';
import { type LabWords, labWordsOf } from '../../i18n/lab-words.js';

export type Theme = 'system' | 'light' | 'dark';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** A browser may forbid storage: settings are then those of this visit. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`lab-${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`lab-${name}`, value);
  } catch {
    // As above.
  }
}

const kept = recall('language');
export const language = signal<Language>(
  kept === 'en' || kept === 'zh' ? kept : navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en',
);

const keptTheme = recall('theme') as Theme;
export const theme = signal<Theme>(THEMES.includes(keptTheme) ? keptTheme : 'system');

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const prefersDark = signal(systemIsDark.matches);
systemIsDark.addEventListener('change', ({ matches }) => {
  prefersDark.value = matches;
});

/** What is shown now: charts are drawn anew when it changes. */
export const shownTheme = signal<'light' | 'dark'>('light');

effect(() => {
  const shown = theme.value === 'system' ? (prefersDark.value ? 'dark' : 'light') : theme.value;
  document.documentElement.dataset['theme'] = shown;
  shownTheme.value = shown;
  remember('theme', theme.value);
});

effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
  document.title = labWordsOf(language.value).title;
  remember('language', language.value);
});

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] as Theme;
}

/** The page's own words. Read inside a component, it is rendered anew when the language changes. */
export function words(): LabWords {
  return labWordsOf(language.value);
}

/** One of several languages' texts. */
export function say(text: Text): string {
  return text[language.value];
}
