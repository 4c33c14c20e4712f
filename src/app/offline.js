// The address is still the one that was wanted, unless somebody came to the offline page itself.
const tryAgain = () => (location.pathname === '/offline' ? location.replace('/') : location.reload());
addEventListener('online', tryAgain);
document.querySelector('button').addEventListener('click', tryAgain);
// A server that was away comes back without a word of the browser's. Who reads this page at its own address is not led away from it.
const look = () => fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.ok && tryAgain(), () => {});
if (location.pathname !== '/offline') {
  setInterval(() => document.hidden || look(), 5_000);
}
