// The example has the address under which the browser reached the server.
import './theme.js';

const example = document.getElementById('example');
example.textContent = example.textContent.replace('http://127.0.0.1:8080', location.origin);

const copy = document.getElementById('copy');
copy.hidden = !navigator.clipboard;
copy.addEventListener('click', async () => {
  await navigator.clipboard.writeText(example.textContent);
  document.getElementById('copied').textContent = 'Copied';
});
