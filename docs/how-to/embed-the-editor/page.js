for (const editor of document.querySelectorAll('coscribe-editor')) {
  const output = editor.nextElementSibling;

  // Asked for the first token, and for the next one before the last one ends.
  editor.tokenProvider = async ({ document }) => {
    const query = new URLSearchParams({ document, person: editor.dataset.person });
    return (await fetch(`/token?${query}`)).text();
  };

  editor.addEventListener('coscribe-status', ({ detail }) => {
    output.textContent = detail.state;
  });
  editor.addEventListener('coscribe-error', ({ detail }) => {
    output.textContent = `${detail.code}: ${detail.message}`;
  });
}
