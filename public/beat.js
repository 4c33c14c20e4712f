// Beats for a page that may be hidden: browsers slow the timers of such pages to one in a second, and not those of their workers.
let beating;
onmessage = ({ data }) => {
  clearInterval(beating);
  beating = setInterval(() => postMessage(null), data);
};
