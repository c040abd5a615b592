/**
 * The language of the app: what the person chose, else the first of the device's that there is. English is in
 * the source; each other one is a chunk of its own, fetched before anything is drawn, or when it is switched to.
 */
import { configureLocalization } from '@lit/localize';
import type { LocaleModule } from '@lit/localize';
import { LitElement } from 'lit';

/** Each by the name that its speakers know it by. */
export const LANGUAGE_NAMES = { ar: 'العربية', de: 'Deutsch', en: 'English', es: 'Español', fr: 'Français', ja: '日本語' } as const;
export type Language = keyof typeof LANGUAGE_NAMES;
const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGE_NAMES, text);
export const LANGUAGES: readonly Language[] = Object.keys(LANGUAGE_NAMES).filter(isLanguage);

const FROM_THE_RIGHT: readonly Language[] = ['ar'];
/** On the device, and outside the engine: the first thing that is drawn needs it, long before that answers. */
const KEPT_AS = 'sotto-language';

const load: Readonly<Record<Exclude<Language, 'en'>, () => Promise<LocaleModule>>> = {
  ar: () => import('./generated/ar.ts'),
  de: () => import('./generated/de.ts'),
  es: () => import('./generated/es.ts'),
  fr: () => import('./generated/fr.ts'),
  ja: () => import('./generated/ja.ts'),
};

const { getLocale, setLocale } = configureLocalization({
  sourceLocale: 'en',
  targetLocales: Object.keys(load),
  loadLocale: (language) => load[language as keyof typeof load](),
});

/** What is spoken now. */
export const language = (): Language => {
  const locale = getLocale();
  return isLanguage(locale) ? locale : 'en';
};

/** What the person chose; null where the app follows the device. */
export function chosenLanguage(): Language | null {
  try {
    const kept = localStorage.getItem(KEPT_AS) ?? '';
    return isLanguage(kept) ? kept : null;
  } catch {
    return null; // storage is closed to this page: it follows the device
  }
}

const languageOfDevice = (): Language => navigator.languages.map((own) => own.split('-', 1)[0] ?? '').find(isLanguage) ?? 'en';

/** Before the first drawing. Resolves at once where it is English; never rejects: what cannot be fetched leaves it English. */
export async function speakAsChosen(): Promise<void> {
  await speak(chosenLanguage() ?? languageOfDevice()).catch(() => undefined);
}

/** The person chose another; null: follow the device. Rejects where its words cannot be fetched, and all stays as it was. */
export async function chooseLanguage(chosen: Language | null): Promise<void> {
  await speak(chosen ?? languageOfDevice());
  try {
    if (chosen === null) localStorage.removeItem(KEPT_AS);
    else localStorage.setItem(KEPT_AS, chosen);
  } catch {
    // storage is closed to this page: it holds until it is closed
  }
}

/** Says all of what stands in the page in this language. */
export async function speak(wanted: Language): Promise<void> {
  const before = language();
  if (wanted !== before) await setLocale(wanted);
  const page = document.documentElement;
  page.lang = wanted;
  page.dir = FROM_THE_RIGHT.includes(wanted) ? 'rtl' : 'ltr';
  if (wanted !== before) redraw(document);
}

/** Every element draws itself anew where it stands, so that nothing is lost: neither what is being written nor what is open. */
function redraw(within: ParentNode): void {
  for (const element of within.querySelectorAll('*')) {
    if (element instanceof LitElement) element.requestUpdate();
    if (element.shadowRoot !== null) redraw(element.shadowRoot);
  }
}

// Another tab of the app chose.
window.addEventListener('storage', (event) => {
  if (event.key === KEPT_AS) void speakAsChosen();
});
