/** The frame around all parts: where one can go, the language, the light, and whether the server is there. */
import { ExperimentsPage } from '../experiments/experiments-page.js';
import { info, presence } from '../lab-client.js';
import { ModelPage } from '../model/model-page.js';
import { ProcessesPage } from '../processes/processes-page.js';
import { RacePage } from '../race/race-page.js';
import { type Part, PARTS, route } from '../route.js';
import { SchedulerPage } from '../scheduler/scheduler-page.js';
import { language, nextTheme, theme, words } from '../settings.js';

const PAGES: Readonly<Record<Part, () => preact.JSX.Element>> = {
  experiments: ExperimentsPage,
  scheduler: SchedulerPage,
  race: RacePage,
  processes: ProcessesPage,
  model: ModelPage,
};

export function Shell() {
  const w = words();
  const { part } = route.value;
  const Page = PAGES[part];
  return (
    <div class="shell">
      <a class="button skip" href="#content" onClick={skip}>
        {w.skip}
      </a>
      <header class="rail">
        <a class="brand" href="#/experiments">
          <Mark />
          {w.title}
        </a>
        <nav class="nav" aria-label={w.parts}>
          <ul>
            {PARTS.map((each) => (
              <li key={each}>
                <a href={`#/${each}`} aria-current={each === part ? 'page' : undefined}>
                  {w.partNames[each]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="rail-foot">
          <p class="machine">
            {info.value !== undefined && w.machine(info.value.node, info.value.platform, info.value.cpus)}
          </p>
          <div class="switches">
            <button
              type="button"
              class="button small"
              lang={language.value === 'zh' ? 'en' : 'zh-CN'}
              onClick={() => {
                language.value = language.value === 'zh' ? 'en' : 'zh';
              }}
            >
              {language.value === 'zh' ? 'English' : '中文'}
            </button>
            <button
              type="button"
              class="button small"
              aria-label={w.themeIs(theme.value)}
              onClick={nextTheme}
            >
              {w.themes[theme.value]}
            </button>
          </div>
        </div>
      </header>
      <main class="content" id="content" tabIndex={-1}>
        <Banner />
        <Page />
      </main>
    </div>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Banner() {
  const w = words();
  const text = presence.value === 'gone' ? w.gone : presence.value === 'stale' ? w.stale : undefined;
  return (
    <div role="status">
      {text !== undefined && (
        <p class="banner">
          <span>{text}</span>
        </p>
      )}
    </div>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--ink)" />
      <rect x="6" y="8" width="9" height="4" rx="1" fill="var(--running)" />
      <rect x="15" y="14" width="7" height="4" rx="1" fill="var(--ready)" />
      <rect x="10" y="20" width="16" height="4" rx="1" fill="var(--running)" />
    </svg>
  );
}
