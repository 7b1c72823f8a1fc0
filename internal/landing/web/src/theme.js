// The control that chooses light or dark colors. Without a choice, the browser's setting counts.
const key = 'accountgraph/landing:theme';
const themes = ['system', 'light', 'dark'];

function apply(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

const stored = localStorage.getItem(key);
const chosen = themes.includes(stored) ? stored : 'system';
apply(chosen);

const choice = document.querySelector('.themes');
for (const input of choice.querySelectorAll('input')) {
  input.checked = input.value === chosen;
  input.addEventListener('change', () => {
    if (input.value === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, input.value);
    apply(input.value);
  });
}
choice.hidden = false;
