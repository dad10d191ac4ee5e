import type { Theme } from '../state/state.ts';

const dark = window.matchMedia('(prefers-color-scheme: dark)');

/** What a theme comes to on this system. */
export const resolvedTheme = (theme: Theme): 'light' | 'dark' =>
  theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

export const onSystemTheme = (listener: () => void): void => dark.addEventListener('change', listener);
