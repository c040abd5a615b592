/** Where the relay posts to, and where not, whatever a client says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destinationOf, isPublic, lookUpPublic } from '../../../relay/push/destination.ts';

test('addresses of hosts on the public network are, and no others', () => {
  for (const address of ['8.8.8.8', '17.57.144.1', '2a00:1450:4001::200e', '::ffff:8.8.8.8']) assert.ok(isPublic(address), address);
  const others = [
    '127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255',
    '::1', '::', 'fe80::1', 'fd00::1', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', 'fe80::1%eth0', 'nothing',
  ];
  for (const address of others) assert.ok(!isPublic(address), address);
});

test('names that stand for addresses of this machine or network stand for nothing', async () => {
  for (const all of [true, false]) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      lookUpPublic('localhost', { all }, resolve);
    });
    assert.equal(error?.code, 'ENOTFOUND');
  }
});

test('loopback over http is a destination where that was asked for alone', () => {
  assert.equal(destinationOf('https://push.example/send/abc', false)?.hostname, 'push.example');
  for (const endpoint of ['http://127.0.0.1:9/x', 'http://localhost/x', 'http://[::1]:9/x']) {
    assert.equal(destinationOf(endpoint, false), undefined, endpoint);
    assert.ok(destinationOf(endpoint, true), endpoint);
  }
  for (const endpoint of ['http://192.168.1.1/x', 'http://push.example/x', 'https://127.0.0.1/x', 'https://push.example./x', 'https://pu sh.example/x']) assert.equal(destinationOf(endpoint, true), undefined, endpoint);
});
