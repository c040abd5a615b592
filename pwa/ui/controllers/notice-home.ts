/** What the platform says of notifications; see `platform/push.ts`. */
export interface NoticeHome {
  state(): Promise<NoticeState>;
  /** Asks the person, through the browser: by a tap alone. */
  turnOn(): Promise<void>;
  turnOff(): Promise<void>;
  showText(text: boolean): Promise<void>;
}

export interface NoticeState {
  readonly ability: 'push' | 'while-open' | 'install' | 'none';
  readonly refused: boolean;
  readonly on: boolean;
  readonly text: boolean;
  readonly wakes: boolean;
}
