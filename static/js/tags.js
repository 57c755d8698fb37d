// Offers the organization's tags for each word of a list with commas; a browser by itself offers them
// for the whole field only.

const field = document.querySelector("input[list=known-tags]");

if (field) {
  const options = [...field.list.options];
  const words = options.map((option) => option.value);

  const offer = () => {
    const before = field.value.split(",").slice(0, -1).map((word) => word.trim());
    const taken = before.map((word) => word.toLocaleLowerCase());
    options.forEach((option, at) => {
      option.disabled = taken.includes(words[at].toLocaleLowerCase());
      option.value = [...before, words[at]].join(", ");
    });
  };

  field.addEventListener("input", offer);
  offer();
}
