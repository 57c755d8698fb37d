document.title = "extra";
