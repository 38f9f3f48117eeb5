(() => {
  try {
    const theme = JSON.parse(localStorage.getItem('coscribe:theme') ?? '"system"');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the system's own theme stands.
  }
})();
