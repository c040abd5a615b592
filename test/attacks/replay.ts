/** Signatures and tickets that were good once, at another place, or for something else: none opens anything. */
import assert from 'node:assert/strict';
import type { ClientControl } from '../../shared/control.ts';
import type { AccessKey, InviteKey, Nonce, OwnerKey, Signature, TicketProof } from '../../shared/ids.ts';
import { createStatement, deleteStatement, inviteStatement, invitesDigestOf, openStatement, reopenStatement } from '../../shared/statements.ts';
import { Pair, registration, sha256, ticketProof, type RelayClient, type Refused } from '../support/relay-client.ts';
import type { Target } from './target.ts';

export async function replay(target: Target): Promise<object> {
  const owner = new Pair();
  const invite = new Pair();
  const founder = await target.client();
  const epoch = await founder.create(owner, { invites: [registration(invite)] });
  const elsewhere = await founder.create(new Pair());
  const { room } = epoch;
  const next = await founder.commit(epoch, { invites: [registration(invite)] });

  const open = (of: { nonce: Nonce; origin?: string; room?: typeof room; id?: typeof epoch.id; pair?: Pair }): Signature =>
    (of.pair ?? epoch.pair).sign(openStatement({ origin: of.origin ?? target.url, room: of.room ?? room, epoch: of.id ?? epoch.id, nonce: of.nonce }));
  const ticket = epoch.opened.ticket ?? assert.fail('no ticket was given');
  const otherTicket = elsewhere.opened.ticket ?? assert.fail('no ticket was given');
  const prove = (of: { nonce: Nonce; ticket?: Uint8Array; origin?: string; room?: typeof room; id?: typeof epoch.id }): TicketProof =>
    ticketProof(of.ticket ?? ticket, reopenStatement({ origin: of.origin ?? target.url, room: of.room ?? room, epoch: of.id ?? epoch.id, nonce: of.nonce }));
  const victim = await target.client();
  const heard = open(victim); // as overheard, byte for byte
  await victim.ask('opened', (ref) => ({ t: 'open', ref, room, epoch: epoch.id, sig: heard }));
  const proved = prove(victim);
  await victim.ask('opened', (ref) => ({ t: 'reopen', ref, room, epoch: epoch.id, proof: proved }));

  const tries: readonly (readonly [string, (client: RelayClient) => (ref: number) => ClientControl])[] = [
    ['the same on another connection', () => (ref) => ({ t: 'open', ref, room, epoch: epoch.id, sig: heard })],
    ['of another room', ({ nonce }) => (ref) => ({ t: 'open', ref, room: elsewhere.room, epoch: elsewhere.id, sig: open({ nonce }) })],
    ['for another room, by this one’s key', ({ nonce }) => (ref) => ({ t: 'open', ref, room, epoch: epoch.id, sig: open({ nonce, room: elsewhere.room }) })],
    ['another room’s key in this room', ({ nonce }) => (ref) => ({ t: 'open', ref, room, epoch: epoch.id, sig: open({ nonce, pair: elsewhere.pair }) })],
    ['another room’s epoch in this room', ({ nonce }) => (ref) => ({ t: 'open', ref, room, epoch: elsewhere.id, sig: open({ nonce, id: elsewhere.id, pair: elsewhere.pair }) })],
    ['of another epoch', ({ nonce }) => (ref) => ({ t: 'open', ref, room, epoch: next.id, sig: open({ nonce, id: next.id }) })],
    ['for another epoch', ({ nonce }) => (ref) => ({ t: 'open', ref, room, epoch: next.id, sig: open({ nonce }) })],
    ['for another relay', ({ nonce }) => (ref) => ({ t: 'open', ref, room, epoch: epoch.id, sig: open({ nonce, origin: 'https://other.example' }) })],
    ['a ticket’s proof on another connection', () => (ref) => ({ t: 'reopen', ref, room, epoch: epoch.id, proof: proved })],
    ['another room’s ticket in this room', ({ nonce }) => (ref) => ({ t: 'reopen', ref, room, epoch: epoch.id, proof: prove({ nonce, ticket: otherTicket }) })],
    ['a ticket in another room', ({ nonce }) => (ref) => ({ t: 'reopen', ref, room: elsewhere.room, epoch: elsewhere.id, proof: prove({ nonce, room: elsewhere.room, id: elsewhere.id }) })],
    ['a ticket’s proof shown in another room', ({ nonce }) => (ref) => ({ t: 'reopen', ref, room: elsewhere.room, epoch: elsewhere.id, proof: prove({ nonce }) })],
    ['a ticket in another epoch', ({ nonce }) => (ref) => ({ t: 'reopen', ref, room, epoch: next.id, proof: prove({ nonce, id: next.id }) })],
    ['a ticket’s proof shown in another epoch', ({ nonce }) => (ref) => ({ t: 'reopen', ref, room, epoch: next.id, proof: prove({ nonce }) })],
    ['another room’s epoch by its ticket, in this room', ({ nonce }) => (ref) => ({ t: 'reopen', ref, room, epoch: elsewhere.id, proof: prove({ nonce, ticket: otherTicket, id: elsewhere.id }) })],
    ['a ticket for another relay', ({ nonce }) => (ref) => ({ t: 'reopen', ref, room, epoch: epoch.id, proof: prove({ nonce, origin: 'https://other.example' }) })],
    ['a ticket and the statement that is signed', ({ nonce }) => (ref) => ({ t: 'reopen', ref, room, epoch: epoch.id, proof: ticketProof(ticket, openStatement({ origin: target.url, room, epoch: epoch.id, nonce })) })],
    ['the ticket itself', () => (ref) => ({ t: 'reopen', ref, room, epoch: epoch.id, proof: ticket as Uint8Array as TicketProof })],
    ['the access key as a ticket', ({ nonce }) => (ref) => ({ t: 'reopen', ref, room, epoch: epoch.id, proof: prove({ nonce, ticket: epoch.pair.public }) })],
    ['a ticket’s proof as an opening’s signature', ({ nonce }) => (ref) => ({ t: 'open', ref, room, epoch: epoch.id, sig: Buffer.concat([prove({ nonce }), prove({ nonce })]) as Uint8Array as Signature })],
    ['a ticket’s proof as a deletion', ({ nonce }) => (ref) => ({ t: 'delete', ref, owner: owner.public as OwnerKey, sig: Buffer.concat([prove({ nonce }), prove({ nonce })]) as Uint8Array as Signature })],
    ['a ticket’s proof as an invite’s', ({ nonce }) => (ref) => ({ t: 'open-invite', ref, room, invite: invite.public as InviteKey, sig: Buffer.concat([prove({ nonce }), prove({ nonce })]) as Uint8Array as Signature })],
    ['for a nonce of zeros', () => (ref) => ({ t: 'open', ref, room, epoch: epoch.id, sig: open({ nonce: new Uint8Array(32) as Nonce }) })],
    ['an access key as an invite', ({ nonce }) => (ref) => ({ t: 'open-invite', ref, room, invite: epoch.pair.public as InviteKey, sig: open({ nonce }) })],
    ['an invite for another room', ({ nonce }) => (ref) => ({ t: 'open-invite', ref, room: elsewhere.room, invite: invite.public as InviteKey, sig: invite.sign(inviteStatement({ origin: target.url, room: elsewhere.room, invite: invite.public as InviteKey, nonce })) })],
    ['an invite’s statement as an opening', ({ nonce }) => (ref) => ({ t: 'open', ref, room, epoch: epoch.id, sig: epoch.pair.sign(inviteStatement({ origin: target.url, room, invite: epoch.pair.public as InviteKey, nonce })) })],
    ['an opening as a deletion', ({ nonce }) => (ref) => ({ t: 'delete', ref, owner: owner.public as OwnerKey, sig: owner.sign(openStatement({ origin: target.url, room, epoch: epoch.id, nonce })) })],
    ['a deletion of another room', ({ nonce }) => (ref) => ({ t: 'delete', ref, owner: owner.public as OwnerKey, sig: owner.sign(deleteStatement({ origin: target.url, room: elsewhere.room, nonce })) })],
    ['a deletion of another connection', () => (ref) => ({ t: 'delete', ref, owner: owner.public as OwnerKey, sig: owner.sign(deleteStatement({ origin: target.url, room, nonce: victim.nonce })) })],
    ['a deletion by a member', ({ nonce }) => (ref) => ({ t: 'delete', ref, owner: owner.public as OwnerKey, sig: epoch.pair.sign(deleteStatement({ origin: target.url, room, nonce })) })],
    ['a creation with other invites', ({ nonce }) => (ref) => ({
      t: 'create', ref, owner: owner.public as OwnerKey, access: epoch.pair.public as AccessKey, invites: [registration(new Pair())], groupInfo: new Uint8Array(),
      sig: owner.sign(createStatement({ origin: target.url, room, access: epoch.pair.public as AccessKey, invites: invitesDigestOf([], sha256), nonce })),
    })],
  ];
  for (const [name, make] of tries) {
    const client = await target.client();
    const refused = (error: unknown): boolean => {
      assert.deepEqual([(error as Refused).code, (error as Refused).refusal.retryAfter], ['no-access', 0], name);
      return true;
    };
    const control = make(client);
    const answer = control(0);
    await assert.rejects(client.ask(answer.t === 'delete' ? 'done' : 'opened', control), refused, name);
    await assert.rejects(client.pull(room), { code: 'not-open' }, name);
    client.socket.terminate();
  }
  // Nothing of all that has harmed the room, and the key still opens it.
  const after = await target.client();
  await after.open(next);
  assert.equal(await after.catchUp(room, 1), 1);
  for (const client of [founder, victim, after]) client.socket.terminate();
  return { tries: tries.length };
}
