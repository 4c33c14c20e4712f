import { createSocket, type Socket as Packets } from 'node:dgram';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { expect, test } from '@playwright/test';
import { FaultProxy, type Faults } from '../fixtures/faults';

// What the other tests lean on when they say what a call survives. No browser here.

const host = '127.0.0.1';

/** A server that sends back what it gets, over UDP, and a client that counts what comes back. */
class PacketEcho {
  /** The ports at which the server has seen the client. */
  readonly seen = new Set<number>();
  /** What came back, by its number, in order, and when, in milliseconds since it was sent. */
  readonly back: { number: number; after: number }[] = [];
  private sent = 0;
  private readonly departures = new Map<number, number>();
  private readonly client = createSocket('udp4');

  private constructor(
    private readonly server: Packets,
    readonly proxy: FaultProxy,
  ) {
    server.on('message', (packet, from) => {
      this.seen.add(from.port);
      server.send(packet, from.port, from.address);
    });
    this.client.on('message', (packet) => {
      const number = packet.readUInt32BE();
      this.back.push({ number, after: performance.now() - (this.departures.get(number) ?? 0) });
    });
  }

  static async start(): Promise<PacketEcho> {
    const server = createSocket('udp4');
    await new Promise<void>((done) => server.bind(0, host, done));
    return new PacketEcho(server, await FaultProxy.before(server.address().port, 7));
  }

  /** Sends so many packets over a line like this, which has them all when this is over. */
  async send(count: number, faults: Partial<Faults>, size = 100): Promise<void> {
    this.proxy.set(faults);
    for (let n = 0; n < count; n++) {
      const packet = Buffer.alloc(size);
      packet.writeUInt32BE(this.sent);
      this.departures.set(this.sent, performance.now());
      this.sent += 1;
      await new Promise<void>((done) => this.client.send(packet, this.proxy.port, host, () => done()));
      // A few at a time: what the system cannot hold for a socket it drops.
      if (n % 20 === 19 || n === count - 1) {
        await expect.poll(() => this.proxy.taken, { intervals: [1, 5, 20] }).toBe(this.sent);
      }
    }
  }

  /** Waits until something comes through that is sent now: whatever went before it has come, or will not. */
  async settled(faults: Partial<Faults> = {}): Promise<void> {
    const mark = this.sent;
    await expect
      .poll(async () => {
        await this.send(1, faults);
        return this.back.some(({ number }) => number >= mark);
      })
      .toBe(true);
  }

  async close(): Promise<void> {
    this.client.close();
    await this.proxy.close();
    this.server.close();
  }
}

test.describe('packets', () => {
  let echo: PacketEcho;
  test.beforeEach(async () => {
    echo = await PacketEcho.start();
  });
  test.afterEach(async () => {
    await echo.close();
  });

  test('all come back where nothing is wrong', async () => {
    await echo.send(200, {});
    await expect.poll(() => echo.back.length).toBe(200);
    expect(echo.back.map(({ number }) => number)).toEqual([...Array(200).keys()]);
  });

  test('some are lost, as many as asked for, and the same in each run', async () => {
    await echo.send(1_000, { loss: 15 });
    // With the same loss: what the server sends back is still on its way.
    await echo.settled({ loss: 15 });
    const back = echo.back.filter(({ number }) => number < 1_000).map(({ number }) => number);
    // There and back: 0.85² of them.
    expect(back.length).toBeGreaterThan(680);
    expect(back.length).toBeLessThan(765);
    const again = await PacketEcho.start();
    await again.send(1_000, { loss: 15 });
    await again.settled({ loss: 15 });
    expect(again.back.filter(({ number }) => number < 1_000).map(({ number }) => number)).toEqual(back);
    await again.close();
  });

  test('a black hole swallows all, and says nothing', async () => {
    await echo.send(50, { blackHole: true });
    await echo.settled();
    expect(echo.back.filter(({ number }) => number < 50)).toEqual([]);
  });

  test('they take as long as asked for, there and back', async () => {
    await echo.send(20, { delay: 100, jitter: 50 });
    await expect.poll(() => echo.back.length).toBe(20);
    for (const { after } of echo.back) {
      expect(after).toBeGreaterThanOrEqual(199);
    }
    const times = echo.back.map(({ after }) => after);
    expect(Math.max(...times) - Math.min(...times), 'not all the same').toBeGreaterThan(5);
  });

  test('a narrow line sends one after another, and drops what its queue does not hold', async () => {
    const started = performance.now();
    // 64 kbit/s are 8 kB a second: ten packets of 400 bytes take half a second.
    await echo.send(10, { rate: 64 }, 400);
    await expect.poll(() => echo.back.length).toBe(10);
    expect(performance.now() - started).toBeGreaterThanOrEqual(495);
    // A million bytes do not fit into a queue of 64 KiB.
    await echo.send(1_000, { rate: 1_000 }, 1_000);
    await echo.settled({ rate: 1_000 });
    const slow = echo.back.filter(({ number }) => number >= 10 && number < 1_010).length;
    expect(slow).toBeGreaterThan(50);
    expect(slow).toBeLessThan(900);
  });

  test('the server sees the client at another port', async () => {
    await echo.send(5, {});
    await expect.poll(() => echo.back.length).toBe(5);
    expect(echo.seen.size).toBe(1);
    echo.proxy.moveClients();
    await echo.send(5, {});
    await expect.poll(() => echo.back.length).toBe(10);
    expect(echo.seen.size).toBe(2);
  });
});

test.describe('connections', () => {
  let server: Server;
  let proxy: FaultProxy;
  let client: Socket;
  let back = '';
  test.beforeEach(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    await new Promise<void>((done) => server.listen(0, host, done));
    const address = server.address();
    proxy = await FaultProxy.before(typeof address === 'object' && address ? address.port : 0);
    client = connect(proxy.port, host);
    back = '';
    client.on('data', (text) => (back += text));
    client.on('error', () => undefined);
  });
  test.afterEach(async () => {
    client.destroy();
    await proxy.close();
    await new Promise((done) => server.close(done));
  });

  test('what is written comes back whole and in order, late where that was asked for', async () => {
    const words = [...Array(500).keys()].join(' ');
    const started = performance.now();
    proxy.set({ delay: 100, jitter: 40 });
    for (const piece of words.match(/.{1,97}/g) ?? []) {
      client.write(piece);
    }
    await expect.poll(() => back).toBe(words);
    expect(performance.now() - started).toBeGreaterThanOrEqual(199);
  });

  test('a black hole holds all back, and loses nothing', async () => {
    client.write('before ');
    await expect.poll(() => back).toBe('before ');
    proxy.set({ blackHole: true });
    client.write('during ');
    // Another client, on another line, is through meanwhile.
    const direct = connect((server.address() as { port: number }).port, host);
    direct.write('x');
    await new Promise((done) => direct.once('data', done));
    direct.destroy();
    expect(back).toBe('before ');
    proxy.heal();
    client.write('after');
    await expect.poll(() => back).toBe('before during after');
  });

  test('a narrow line makes whoever writes wait', async () => {
    const started = performance.now();
    proxy.set({ rate: 8_000 });
    client.write(Buffer.alloc(300_000, 'x'));
    await expect.poll(() => back.length).toBe(300_000);
    // 300 kB at a megabyte a second, there and back.
    expect(performance.now() - started).toBeGreaterThanOrEqual(299);
  });

  test('a reset is told to both sides', async () => {
    client.write('before');
    await expect.poll(() => back).toBe('before');
    const broken = new Promise<NodeJS.ErrnoException>((done) => client.once('error', done));
    proxy.reset();
    expect((await broken).code).toBe('ECONNRESET');
  });
});
