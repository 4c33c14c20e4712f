// The address is still the one that was wanted, unless somebody came to the offline page itself.
const tryAgain = () => (location.pathname === '/offline' ? location.replace('/') : location.reload());
addEventListener('online', tryAgain);
document.querySelector('button').addEventListener('click', tryAgain);
