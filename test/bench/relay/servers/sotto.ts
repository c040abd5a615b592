/** Our relay as it is run, with what bounds one connection and one disk out of the way: one generator sends what many people would. */
import { buildRelay } from '../../../../relay/server.ts';

const data = process.argv[2];
if (data === undefined) throw new Error('the data folder is missing');
const unbounded = 1e9;
const relay = await buildRelay({
  port: 0, data, logLevel: 'error',
  limits: { framesPerSecond: unbounded, bytesPerSecond: unbounded, connections: 20_000, roomsInAll: unbounded, bytesInAll: unbounded, envelopesPerRoom: unbounded, bytesPerRoom: unbounded },
});
process.send?.({ port: relay.port });
