import type { FakeEngine, FakeScript } from '../../test/support/fake-engine.ts';
import type { SottoApp } from '../ui/views/sotto-app.ts';

export interface GalleryState {
  readonly name: string;
  readonly title: string;
  readonly script: () => FakeScript;
  /** The address within the app. */
  readonly at?: string;
  readonly link?: string;
  /** In Arabic, from right to left. */
  readonly rtl?: boolean;
  /** What a person does to come here. */
  readonly then?: (app: SottoApp, engine: FakeEngine) => Promise<void>;
}
