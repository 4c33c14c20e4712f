// Beats for a page that may be hidden: browsers slow the timers of such pages to one in a second, and not those of their workers. Each says when it was
// sent, by which a page that does not keep up lets those go by that come late.
let beating;
onmessage = ({ data }) => {
  clearInterval(beating);
  beating = setInterval(() => postMessage(Date.now()), data);
};
