import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { codeInPicture, codeReader } from '../controllers/code-reader.ts';
import { icon } from '../elements/icon.ts';
import { base, buttons, fields } from '../elements/styles.ts';

const words = {
  get hold() { return msg('Hold the code within the frame'); },
  get starting() { return msg('Starting the camera…'); },
  get denied() { return msg('Sotto may not use the camera'); },
  get deniedText() { return msg('Allow it in your browser’s settings for this page, or read the code from a picture.'); },
  get none() { return msg('There is no camera here'); },
  get noneText() { return msg('Read the code from a picture instead, such as a screenshot.'); },
  get camera() { return msg('What the camera sees'); },
  get picture() { return msg('From a picture'); },
  get reading() { return msg('Reading the picture…'); },
  get noCode() { return msg('No code was found in that picture. Try one in which it is larger or sharper.'); },
  get notLoaded() { return msg('The part of Sotto that reads codes could not be loaded. Check your connection and try again.'); },
} as const;

type Sight = 'starting' | 'live' | 'denied' | 'none';

/** Milliseconds between looks: enough to feel instant, and sparing of the battery. */
const LOOK_EVERY = 140;
const LOOK_SIDE = 640;

export type CodeEvent = CustomEvent<{ readonly text: string }>;

/** Looks for a QR code through the camera, or in a picture. Fires `code` with `{ text }`, once for each different code. */
@customElement('sotto-scanner')
export class SottoScanner extends LitElement {
  @state() private sight: Sight = 'starting';
  @state() private reading = false;
  @state() private hint = '';
  @query('video') private readonly video!: HTMLVideoElement | null;
  #stream: MediaStream | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told: string | null = null;

  static override styles = [base, buttons, fields, css`
    :host { display: grid; gap: 14px; }
    .sight { position: relative; display: grid; place-items: center; aspect-ratio: 1; inline-size: min(100%, 52dvh); margin-inline: auto; border-radius: 24px; overflow: hidden; background: oklch(20% 0.02 280); color: oklch(92% 0.01 280); }
    video { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; }
    .frame { position: absolute; inset: 14%; border-radius: 20px; box-shadow: 0 0 0 100vmax oklch(15% 0.02 280 / 0.42); }
    /* Four corners of a square. */
    .frame::before { content: ''; position: absolute; inset: -2px; border-radius: 22px; border: 3px solid oklch(99% 0.005 285);
      clip-path: polygon(0 0, 24% 0, 24% 24%, 76% 24%, 76% 0, 100% 0, 100% 24%, 76% 24%, 76% 76%, 100% 76%, 100% 100%, 76% 100%, 76% 76%, 24% 76%, 24% 100%, 0 100%, 0 76%, 24% 76%, 24% 24%, 0 24%); }
    .hold { position: absolute; inset-block-end: 14px; inset-inline: 16px; text-align: center; font-size: var(--text-s); font-weight: 550; }
    .without { display: grid; justify-items: center; gap: 6px; padding: 28px; text-align: center; text-wrap: balance; }
    .without .icon { margin-block-end: 8px; opacity: 0.8; }
    .without strong { font-weight: 600; }
    .without span { font-size: var(--text-s); color: oklch(80% 0.012 280); }
    .file { position: relative; }
    .file input { position: absolute; inset: 0; opacity: 0; cursor: pointer; font-size: 0; }
    .file:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
    .hint { text-align: center; }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#letGo();
  }

  protected override render() {
    return html`
      <div class="sight">${this.#sight()}</div>
      ${this.hint === '' ? nothing : html`<p class="problem" role="alert">${icon('warning')}<span>${this.hint}</span></p>`}
      <label class="button wide file">${icon('image')}${this.reading ? words.reading : words.picture}<input type="file" accept="image/*" ?disabled=${this.reading} @change=${this.#picture} /></label>`;
  }

  #sight() {
    switch (this.sight) {
      case 'starting':
        return html`<p class="without" role="status">${words.starting}</p>`;
      case 'live':
        return html`<video aria-label=${words.camera} playsinline muted autoplay .srcObject=${this.#stream}></video><div class="frame"></div><p class="hold" role="status">${words.hold}</p>`;
      case 'denied':
        return html`<p class="without" role="status">${icon('camera', 32)}<strong>${words.denied}</strong><span>${words.deniedText}</span></p>`;
      case 'none':
        return html`<p class="without" role="status">${icon('camera', 32)}<strong>${words.none}</strong><span>${words.noneText}</span></p>`;
      default:
        return nothing;
    }
  }

  async #start(): Promise<void> {
    this.sight = 'starting';
    try {
      // Absent where the page is not served securely.
      const { mediaDevices } = navigator as { readonly mediaDevices?: MediaDevices };
      if (mediaDevices === undefined) throw new DOMException('no camera here', 'NotFoundError');
      const stream = await mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false });
      if (!this.isConnected) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.#stream = stream;
      this.sight = 'live';
      await this.updateComplete;
      await this.video?.play();
      this.#look();
    } catch (reason) {
      this.#letGo();
      this.sight = reason instanceof DOMException && reason.name === 'NotAllowedError' ? 'denied' : 'none';
    }
  }

  #look(): void {
    this.#timer = setTimeout(() => {
      this.#see().then(
        () => { if (this.isConnected && this.#stream !== null) this.#look(); },
        () => { this.hint = words.notLoaded; },
      );
    }, LOOK_EVERY);
  }

  async #see(): Promise<void> {
    const { video } = this;
    if (video === null || video.videoWidth === 0) return;
    const cut = Math.min(video.videoWidth, video.videoHeight);
    const side = Math.min(LOOK_SIDE, cut);
    const canvas = new OffscreenCanvas(side, side);
    canvas.getContext('2d', { willReadFrequently: true })?.drawImage(video, (video.videoWidth - cut) / 2, (video.videoHeight - cut) / 2, cut, cut, 0, 0, side, side);
    const codes = await codeReader();
    this.#tell(await codes.read(canvas));
  }

  readonly #picture = async (event: Event): Promise<void> => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (file === undefined) return;
    this.reading = true;
    this.hint = '';
    try {
      const text = await codeInPicture(file);
      this.#told = null;
      if (text === null) this.hint = words.noCode;
      this.#tell(text);
    } catch {
      // Only the library that reads can be missing.
      this.hint = words.notLoaded;
    } finally {
      this.reading = false;
      field.value = '';
    }
  };

  #tell(text: string | null): void {
    if (text === null || text === this.#told || !this.isConnected) return;
    this.#told = text;
    this.dispatchEvent(new CustomEvent('code', { detail: { text } }) satisfies CodeEvent);
  }

  #letGo(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-scanner': SottoScanner }
}
