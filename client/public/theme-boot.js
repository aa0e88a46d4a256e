// Before the first paint, so that a chosen theme does not flash: what `ui/theme.ts` keeps.
try {
  const theme = localStorage.getItem('effigy.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed: the system's theme it is.
}
