/** A page of somebody else's that tries to use the relay through its visitor's browser. */
import assert from 'node:assert/strict';
import { CLOSE_CODES } from '../../shared/codes.ts';
import { RawSocket } from './raw-socket.ts';
import type { Target } from './target.ts';

/** Browsers write the Origin header, and no page can change it: these are what they would write. */
const foreign = (port: number): readonly string[] => [
  'https://evil.example', 'null', 'file://', `https://127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`, 'http://127.0.0.1', `http://127.0.0.1:${port}.evil.example`, `http://evil.example:${port}`,
  `http://127.0.0.1.evil.example:${port}`, `http://localhost.:${port}`, 'chrome-extension://abcdefghijklmnop', '', `http://127.0.0.1:${port}, https://evil.example`,
];

export async function crossSite(target: Target): Promise<object> {
  const { port } = target;
  const heard = (raw: RawSocket): string => raw.received.subarray(raw.received.indexOf('\r\n\r\n') + 4).toString('latin1');
  for (const origin of foreign(port)) {
    const raw = await RawSocket.upgraded(port, [`Origin: ${origin}`]);
    await raw.until(() => raw.closeCode !== undefined);
    assert.ok(raw.isGone || raw.closeCode === CLOSE_CODES.origin, `${origin} got ${raw.closeCode}`);
    assert.ok(!heard(raw).includes('nonce'), `${origin} was greeted`);
    raw.end();
  }
  const own = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  for (const headers of [[], ...own.map((origin) => [`Origin: ${origin}`])]) {
    const raw = await RawSocket.upgraded(port, headers);
    await raw.until(() => heard(raw).includes('nonce'));
    assert.ok(heard(raw).includes('nonce'), `${headers.join()} was not greeted`);
    raw.end();
  }
  // Nor may it read what the relay serves.
  const page = await fetch(`${target.url}/healthz`, { headers: { origin: 'https://evil.example' } });
  assert.equal(page.headers.get('access-control-allow-origin'), null);
  await page.arrayBuffer();
  return { refused: foreign(port).length };
}
