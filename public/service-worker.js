// @ts-check
/**
 * What the browser runs for Speakle while no page of it is open: it shows what is pushed, leads from there to a page, and stands in with a
 * page of its own where there is no connection.
 *
 * It never serves a page or a build that is not the server's of this moment: navigations go to the network, nothing of /pkg is looked at,
 * and the one thing that is cached is the offline page, which is complete in itself. So a new worker may take over at once, whatever
 * pages are open: none of them depends on what an old one kept.
 *
 * @typedef {object} PushMessage What the server sends (`PushMessage` in src/notifications/push).
 * @property {string} tag What it is about; what is shown under the same tag is replaced.
 * @property {number} seq The number of the line in the person's log.
 * @property {string} title
 * @property {string} body
 * @property {string} lang
 * @property {string} url Where a press leads, a path of this site.
 * @property {'ringing' | 'news' | 'over'} state
 * @property {number | null} until Of what rings: until when, in milliseconds since 1970.
 * @property {boolean} is_silent
 * @property {{ action: string, title: string }[]} actions
 * @property {string | null} invitation Of what rings: what is declined.
 *
 * @typedef {{ seq?: number, state?: string, url?: string, invitation?: string | null }} Shown
 *   What a notification carries, whether this worker or a page has shown it (`Card` in src/ui/system_notification.rs).
 */

/** @type {any} The global scope of a service worker, which the types of pages do not know. */
const worker = self;

/** The page and its cache; src/ui/service_worker.rs, which looks after it from pages, names both too. */
const OFFLINE_PAGE = '/offline';
const OFFLINE_CACHE = 'offline';

/** How long a page may take to answer, in milliseconds. One that is frozen, or is none of a member, or has not come to life, never does. */
const PATIENCE = 500;
/** How wrong the clock of a device may be, in milliseconds. What is really late the push service has not delivered. */
const SKEW = 120_000;
/** How long "answered on another device" and the like stay, in milliseconds. */
const OVER = 4_000;
/** How a phone shakes for a call, in milliseconds of shaking and of rest. */
const SHAKE = [500, 250, 500, 1_250, 500, 250, 500];

/** What a page asks that has just opened: is there something to answer? src/invitations/browser.rs. */
const ASKS = 'answer?';
/** How long a page may take to open and ask, in milliseconds. */
const ANSWER_WITHIN = 30_000;
/** @type {{ invitation: string, until: number } | null} The call that a page is opened for. */
let toAnswer = null;

/** @type {Map<string, number>} The newest number that was told under each tag, for what comes in the wrong order. */
const newest = new Map();
const REMEMBERED = 100;

worker.addEventListener('install', (/** @type {any} */ event) => {
  event.waitUntil(Promise.all([keepOfflinePage(), worker.skipWaiting()]));
});

worker.addEventListener('activate', (/** @type {any} */ event) => {
  // Pages come no later for the worker's being started first.
  event.waitUntil(Promise.all([worker.registration.navigationPreload?.enable(), worker.clients.claim()]));
});

// Pages, always from the network.

async function keepOfflinePage() {
  const cache = await caches.open(OFFLINE_CACHE);
  // Not what the browser itself may have kept: the language may have changed since.
  await cache.add(new Request(OFFLINE_PAGE, { cache: 'reload' }));
}

worker.addEventListener('fetch', (/** @type {any} */ event) => {
  // A form that cannot be sent is left to the browser, which offers to send it again.
  if (event.request.mode === 'navigate' && event.request.method === 'GET') {
    event.respondWith(fromNetwork(event));
  }
});

/**
 * @param {any} event
 * @returns {Promise<Response>}
 */
async function fromNetwork(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    const cache = await caches.open(OFFLINE_CACHE);
    return (await cache.match(OFFLINE_PAGE)) ?? Response.error();
  }
}

// What is pushed.

/** One after the other, in the order in which they came: the end of a ring must find the ring. */
let told = Promise.resolve();

worker.addEventListener('push', (/** @type {any} */ event) => {
  const telling = told.then(() => tell(event.data));
  told = telling.then(
    () => undefined,
    () => undefined,
  );
  event.waitUntil(telling.then((afterwards) => afterwards?.()));
});

/**
 * @param {any} data
 * @returns {Promise<(() => Promise<void>) | undefined>} What there is to do when it is shown, for which nothing else has to wait.
 */
async function tell(data) {
  /** @type {PushMessage} */
  let message;
  try {
    message = data.json();
  } catch {
    // Not from our server.
    return undefined;
  }
  const { tag, seq, state, until, invitation } = message;
  /** @type {Notification[]} */
  const shown = await worker.registration.getNotifications({ tag });
  const isShown = shown.length > 0;
  const known = Math.max(newest.get(tag) ?? 0, ...shown.map((one) => dataOf(one).seq ?? 0));
  const isLate = state === 'ringing' && Date.now() >= (until ?? 0) + SKEW;
  // What was told before comes again if the server does not know that it came, and not everything comes in its order.
  if (seq <= known || isLate) {
    if (!isShown) {
      await showInPassing(message);
    }
    return undefined;
  }
  remember(message);
  // Whoever looks at a page is told by the page; but what is shown already must not go on saying what is over.
  const pages = await whoTells(seq);
  if (!isShown && pages.some(({ shows }) => shows)) {
    return undefined;
  }
  // One sound for each: a page that nobody looks at may sound all the same.
  await show(pages.some(({ sounds }) => sounds) ? { ...message, is_silent: true } : message);
  return async () => {
    if (state === 'ringing' && invitation) {
      // It has come to a device: who calls is not told that nobody is there.
      await post('/api/call_reached', { invitation });
    }
    if (state === 'over') {
      await wait(isShown ? OVER : 0);
      await takeAway(tag, seq);
    }
  };
}

/**
 * Which pages have heard, or will at once, of the change with this number, and what they do of it. A page that looks as though it told might hear
 * nothing: only one that says so does.
 * @param {number} seq
 * @returns {Promise<{ shows: boolean, sounds: boolean }[]>}
 */
async function whoTells(seq) {
  const pages = await openPages();
  const answers = await Promise.all(pages.map((page) => ask(page, { tells: seq })));
  return answers.filter((answer) => answer !== null);
}

/**
 * Browsers want something to be shown for each push, and take the right to push away otherwise; not while one of our pages is on the screen.
 * @param {PushMessage} message
 */
async function showInPassing(message) {
  const pages = await openPages();
  if (pages.every((page) => page.visibilityState !== 'visible')) {
    await show({ ...message, state: 'over', actions: [] });
    await takeAway(message.tag, message.seq);
  }
}

/** @param {PushMessage} message */
function remember({ tag, seq }) {
  newest.delete(tag);
  newest.set(tag, seq);
  for (const old of [...newest.keys()].slice(0, -REMEMBERED)) {
    newest.delete(old);
  }
}

/** @param {PushMessage} message */
async function show({ tag, seq, title, body, lang, url, state, is_silent, actions, invitation }) {
  const rings = state === 'ringing';
  const isSilent = is_silent || state === 'over';
  /** @type {Shown} */
  const data = { seq, state, url, invitation };
  await worker.registration.showNotification(title, {
    tag,
    body,
    lang,
    data,
    actions,
    icon: '/icons/icon-192.png',
    badge: '/icons/badge.png',
    silent: isSilent,
    requireInteraction: rings,
    // What is silent must not ask for it.
    ...(rings && !isSilent ? { vibrate: SHAKE } : {}),
  });
}

/**
 * Takes away what is shown under a tag, unless something newer is.
 * @param {string} tag
 * @param {number} seq
 */
async function takeAway(tag, seq) {
  for (const one of await worker.registration.getNotifications({ tag })) {
    if ((dataOf(one).seq ?? 0) <= seq) {
      one.close();
    }
  }
}

// What is pressed.

worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
  const { notification, action } = event;
  const { url, state, invitation } = dataOf(notification);
  notification.close();
  if (action === 'decline' && invitation) {
    event.waitUntil(post('/api/decline_call', { invitation }));
  } else if (action === 'answer' && invitation) {
    event.waitUntil(answer(invitation));
  } else if (state === 'ringing') {
    // The dialog is on every page.
    event.waitUntil(bringToFront().then((page) => page ?? worker.clients.openWindow('/')));
  } else {
    event.waitUntil(goTo(localPath(url)));
  }
});

/**
 * Lets a page answer a call: the one that comes to the front, or one that opens and asks for it when it can (`ASKS`). Pages answer, because the
 * talk is held in one.
 * @param {string} invitation
 */
async function answer(invitation) {
  toAnswer = { invitation, until: Date.now() + ANSWER_WITHIN };
  const page = await bringToFront();
  if (!page || !(await letAnswer(page))) {
    await worker.clients.openWindow('/');
  }
}

/**
 * @param {any} page
 * @returns {Promise<boolean>} Whether it has taken the call on; else the next page that asks is to.
 */
async function letAnswer(page) {
  const call = toAnswer;
  // Not two.
  toAnswer = null;
  if (!call || Date.now() >= call.until) {
    return false;
  }
  const isTaken = (/** @type {any} */ said) => said === true;
  // One that is busy, as they are when they open, takes it on a moment later: then no other is to.
  const late = (/** @type {any} */ said) => {
    if (isTaken(said) && toAnswer === call) {
      toAnswer = null;
    }
  };
  const said = await ask(page, { answer: call.invitation }, late);
  if (!isTaken(said)) {
    toAnswer ??= call;
  }
  return isTaken(said);
}

worker.addEventListener('message', (/** @type {any} */ event) => {
  if (event.data === ASKS) {
    event.waitUntil(letAnswer(event.source));
  }
});

/**
 * Brings a page to the front and has it go to `path`, as a link in it would; a new one where none does. Where it is, and that nothing leads out of a call,
 * a page knows better than the browser, which may name the address at which it was loaded.
 * @param {string} path
 */
async function goTo(path) {
  const pages = await livePages();
  const found = pages.find(({ place }) => place === path) ?? pages.find(({ place }) => !place.startsWith('/call/'));
  if (found) {
    await focus(found.page);
    if ((await ask(found.page, { go: path })) === true) {
      return;
    }
  }
  await worker.clients.openWindow(path);
}

/** @returns {Promise<any>} The page that was used last, if there is any. */
async function bringToFront() {
  const [found] = await livePages();
  if (!found) {
    return null;
  }
  await focus(found.page);
  return found.page;
}

/** @param {any} page */
async function focus(page) {
  try {
    await page.focus();
  } catch {
    // Some browsers let only what was pressed this very moment come to the front; it does what it is to do all the same.
  }
}

// The subscription.

worker.addEventListener('pushsubscriptionchange', (/** @type {any} */ event) => {
  event.waitUntil(subscribeAgain(event.oldSubscription, event.newSubscription));
});

/**
 * The browser has given the subscription up; not all tell what it was.
 * @param {PushSubscription | null | undefined} old
 * @param {PushSubscription | null | undefined} fresh
 */
async function subscribeAgain(old, fresh) {
  const key = old?.options.applicationServerKey ?? (await vapidKey());
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const subscription = fresh ?? (await worker.registration.pushManager.subscribe(options));
  const { endpoint, keys } = subscription.toJSON();
  await post('/api/save_push_subscription', { endpoint, p256dh: keys.p256dh, auth: keys.auth });
}

/** @returns {Promise<string>} */
async function vapidKey() {
  const answer = await fetch('/api/push_key');
  return answer.json();
}

// Small things.

/**
 * @param {Notification} notification
 * @returns {Shown}
 */
function dataOf(notification) {
  return notification.data ?? {};
}

/** @returns {Promise<any[]>} Pages of this site, those too that were opened before this worker; the one that was used last is the first. */
function openPages() {
  return worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
}

/** @returns {Promise<{ page: any, place: string }[]>} Those that answer, and the path where they are. */
async function livePages() {
  const pages = await openPages();
  const places = await Promise.all(pages.map((page) => ask(page, { where: true })));
  return pages.map((page, index) => ({ page, place: places[index] })).filter(({ place }) => typeof place === 'string');
}

/**
 * Says something to a page (`answer_worker` in src/ui/service_worker.rs).
 * @param {any} page
 * @param {{ tells: number } | { where: true } | { go: string } | { answer: string }} message
 * @param {(answer: any) => void} late Hears what it answers after that.
 * @returns {Promise<any>} What it answers, `null` if nothing in time.
 */
function ask(page, message, late = () => {}) {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    let hear = done;
    const patience = setTimeout(() => {
      hear = late;
      done(null);
    }, PATIENCE);
    port1.onmessage = ({ data }) => {
      clearTimeout(patience);
      port1.close();
      hear(data);
    };
    page.postMessage(message, [port2]);
  });
}

/**
 * @param {string | undefined} url
 * @returns {string} Its path on this site; nothing leads elsewhere.
 */
function localPath(url) {
  const { origin, pathname, search } = new URL(url ?? '/', worker.location.origin);
  return origin === worker.location.origin ? pathname + search : '/';
}

/**
 * Calls a server function, as pages do. Should it not come through, nothing is lost: a call rings out, pages save the subscription again.
 * @param {string} address
 * @param {Record<string, string>} fields
 */
async function post(address, fields) {
  try {
    await fetch(address, { method: 'POST', body: new URLSearchParams(fields), credentials: 'same-origin', keepalive: true });
  } catch {
    // As said.
  }
}

/** @param {number} milliseconds */
function wait(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
