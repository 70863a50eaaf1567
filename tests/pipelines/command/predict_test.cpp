#include "tests/pipelines/trained.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace {

using namespace fovea::testing;

/// A table of a CSV file without quotes: the cells of each row by the header.
std::vector<std::map<std::string, std::string>> csv(const std::string& text) {
  const auto cells = [](const std::string& line) {
    std::vector<std::string> all;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) all.push_back(cell);
    return all;
  };
  const auto lines = lines_of(text);
  const auto header = cells(lines.at(0));
  std::vector<std::map<std::string, std::string>> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto row = cells(lines[i]);
    REQUIRE(row.size() == header.size());
    for (std::size_t k = 0; k < row.size(); ++k) rows.resize(i), rows[i - 1][header[k]] = row[k];
  }
  return rows;
}

/// The names of images, in the order in which they are told of.
std::vector<std::string> images_told(const Finished& done) {
  INFO(done.err);
  REQUIRE(done.code == 0);
  std::vector<std::string> names;
  for (const auto& line : lines_of(done.out)) names.push_back(fovea::parse_json(line).at("image"));
  return names;
}

/// Shows images as the README's lines of Python do, each as a PNG of its name in a folder; says so and gives
/// false where Python has not what they need.
bool shown_by_readme(const TrainedOnFiles& scratch, const std::string& images, const std::string& folder) {
  if (std::system("/usr/bin/python3 -c 'import h5py, numpy, PIL' 2>/dev/null") != 0) {
    skipped("h5py and Pillow are not installed for /usr/bin/python3, so the README's lines are not run");
    return false;
  }
  write_text(scratch.folder / "show.py", R"(
import pathlib, re, sys
code = re.search("```python\n(.*?)```", open(sys.argv[1]).read(), re.S).group(1)
out = pathlib.Path(sys.argv[3])
for path in sorted(pathlib.Path(sys.argv[2]).rglob("*.*")):
    names = {}
    exec(code.replace("photo.jpg", str(path)), names)
    said = names["batch"] * names["how"]["std"][:][None, :, None, None] + names["how"]["mean"][:][None, :, None, None]
    assert names["batch"].shape == (1, 3, 20, 24)
    assert abs(said[0].transpose(1, 2, 0) * 255 - names["np"].asarray(names["seen"])).max() < 1e-3
    to = out / path.relative_to(sys.argv[2]).with_suffix(".png")
    to.parent.mkdir(parents=True, exist_ok=True)
    names["seen"].save(to)
)");
  fs::copy(scratch.run() / "best_model.h5", scratch.folder / "best_model.h5");
  const auto done =
      run_script("/usr/bin/python3 show.py " FOVEA_SOURCE_DIR "/README.md " + images + " " + folder,
                 scratch.folder.path());
  INFO(done.err);
  REQUIRE(done.code == 0);
  return true;
}

/// What `fovea` prints with these words on its standard input.
Finished with_input(const ScratchFolder& scratch, const std::string& input, const std::string& arguments) {
  return run_script("printf '" + input + "' | $FOVEA predict results/* --json " + arguments,
                    scratch.folder.path());
}

}  // namespace

TEST_CASE("fovea predict: of the test files it says, byte for byte, what the evaluation says") {
  const TrainedOnFiles scratch;
  const auto done = scratch.fovea({"predict", "latest", "photos/test", "--save-dir", "out", "--top-k", "1"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  const auto evaluated = csv(bytes_of(scratch.run() / "predictions.csv"));
  const auto predicted = csv(bytes_of(scratch.folder / "out/predictions.csv"));
  REQUIRE(evaluated.size() == 33);
  REQUIRE(predicted.size() == evaluated.size());
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    CHECK(predicted[i].at("sample") == "photos/" + evaluated[i].at("sample"));
    for (const auto* column : {"index", "predicted", "confidence", "predicted_name"})
      CHECK(predicted[i].at(column) == evaluated[i].at(column));
  }
}

TEST_CASE("fovea predict: what the README's lines of Python show a network is what it sees here") {
  const TrainedOnFiles scratch;
  for (int i = 0; i < 20; ++i) {
    const auto side = static_cast<std::size_t>(40 + 23 * i);
    JpegWish wish;
    if (i % 5 == 0) wish.app1 = exif(6);
    const auto name = "photos/test/owl/large" + std::to_string(i) + ".jpg";
    write_image(scratch.folder / name, jpeg_bytes(photo(side, 500 - side / 2, 3, 24), wish));
  }
  if (!shown_by_readme(scratch, "photos/test", "shown")) return;
  const auto said = [&](const std::string& folder) {
    const auto done = scratch.fovea({"predict", "latest", folder, "--json", "--top-k", "3"});
    INFO(done.err);
    REQUIRE(done.code == 0);
    std::map<std::string, std::map<std::string, double>> all;
    for (const auto& line : lines_of(done.out)) {
      const auto one = fovea::parse_json(line);
      const auto name = fs::path(one.at("image").get<std::string>()).lexically_relative(folder);
      for (const auto& each : one.at("top"))
        all[fs::path(name).replace_extension().string()][each.at("class")] = each.at("probability");
    }
    return all;
  };
  const auto here = said("photos/test"), there = said("shown");
  REQUIRE(here.size() == 53);
  REQUIRE(there.size() == here.size());
  for (const auto& [image, classes] : here) {
    INFO(image);
    for (const auto& [name, probability] : classes)
      CHECK(there.at(image).at(name) == Approx(probability).margin(0.01));
  }
}

TEST_CASE("fovea predict: a table with the classes of each image, and a CSV file of the same") {
  const TrainedOnFiles scratch;
  const auto done = scratch.fovea({"predict", scratch.run().filename().string(), "photos/test/owl/2.jpg",
                                   "--top-k", "2", "--save-dir", "new/out"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  const auto lines = lines_of(done.out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "image                  class  probability  next classes");
  CHECK(lines[2] == "predictions in new/out/predictions.csv");
  const auto rows = csv(bytes_of(scratch.folder / "new/out/predictions.csv"));
  REQUIRE(rows.size() == 1);
  const auto rounded = [&](const std::string& column) {
    char text[16];
    std::snprintf(text, sizeof text, "%.4f", std::stod(rows[0].at(column)));
    return std::string(text);
  };
  CHECK(lines[1] == "photos/test/owl/2.jpg  " + rows[0].at("predicted_name") + "    " +
                        rounded("confidence") + "       " + rows[0].at("predicted_name_2") + " " +
                        rounded("confidence_2"));
}

TEST_CASE("fovea predict --json: one object for each image, with as many classes as there are at most") {
  const TrainedOnFiles scratch;
  const auto done = scratch.fovea({"predict", "latest", "photos/test/cat/1.jpg", "--top-k", "9", "--json"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  REQUIRE(lines_of(done.out).size() == 1);
  const auto line = fovea::parse_json(done.out);
  CHECK(line.at("image") == "photos/test/cat/1.jpg");
  REQUIRE(line.at("top").size() == 3);
  CHECK(line.at("class") == line.at("top")[0].at("class"));
  double sum = 0;
  for (const auto& one : line.at("top")) sum += one.at("probability").get<double>();
  CHECK(sum == Approx(1));
}

TEST_CASE("fovea predict --precision: bf16 gives the classes of fp32, and fp32 is the default") {
  const TrainedOnFiles scratch;
  const auto predicted = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"predict", "latest", "photos/test", "--top-k", "1", "--save-dir", "out"});
    const auto done = scratch.fovea(more);
    INFO(done.err);
    REQUIRE(done.code == 0);
    return bytes_of(scratch.folder / "out/predictions.csv");
  };
  const auto plain = predicted({}), bf16 = predicted({"--precision", "bf16"});
  CHECK(predicted({"--precision", "fp32"}) == plain);
  CHECK(plain != bf16);
  const auto chosen = predicted({"--precision", "auto"});
  CHECK((chosen == plain || chosen == bf16));
  const auto wanted = csv(plain), found = csv(bf16);
  REQUIRE(found.size() == 33);
  int equal = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    equal += found[i].at("predicted") == wanted[i].at("predicted");
    CHECK(std::stod(found[i].at("confidence")) == Approx(std::stod(wanted[i].at("confidence"))).margin(0.02));
  }
  CHECK(equal >= 32);
}

TEST_CASE("fovea predict: folders are walked in the order of `load`, and arguments keep theirs") {
  const TrainedOnFiles scratch;
  const auto names =
      images_told(scratch.fovea({"predict", "latest", "photos/test/owl/2.jpg", "photos/test/cat", "--json"}));
  REQUIRE(names.size() == 12);
  CHECK(names[0] == "photos/test/owl/2.jpg");
  CHECK(names[1] == "photos/test/cat/1.jpg");
  CHECK(names[2] == "photos/test/cat/10.jpg");
  CHECK(names[4] == "photos/test/cat/2.jpg");
}

TEST_CASE("fovea predict: names come from standard input, one a line or with zero bytes between") {
  const TrainedOnFiles scratch;
  const std::vector<std::string> expected{"photos/test/cat/1.jpg", "photos/test/dog/2.jpg"};
  CHECK(images_told(with_input(scratch, "photos/test/cat/1.jpg\\r\\n\\nphotos/test/dog/2.jpg", "-")) ==
        expected);
  CHECK(images_told(with_input(scratch, "photos/test/cat/1.jpg\\0photos/test/dog/2.jpg\\0", "-")) ==
        expected);
}

TEST_CASE("fovea predict: no file is an error that says what to give") {
  const TrainedOnFiles scratch;
  const auto error = [&](const std::vector<std::string>& images) {
    std::vector<std::string> words{"predict", "latest"};
    words.insert(words.end(), images.begin(), images.end());
    return scratch.error(words);
  };
  CHECK(error({"-"}) == "-: no names on standard input; give paths of images or folders, one a line");
  fs::create_directories(scratch.folder / "empty/deeper");
  write_text(scratch.folder / "empty/notes.txt", "none");
  CHECK(error({"empty"}) == "empty: no images; give a folder with .jpg, .jpeg or .png files in it or below");
  CHECK(error({"nowhere.jpg"}) == "nowhere.jpg: no such file; check the path");
}

TEST_CASE("fovea predict: a file that is no image is named") {
  const TrainedOnFiles scratch;
  write_text(scratch.folder / "a.jpg", "text");
  CHECK(scratch.error({"predict", "latest", "a.jpg"}) ==
        "a.jpg: begins with 74657874; JPEG begins with ffd8ff, PNG with 89504e47");
}

TEST_CASE(
    "fovea predict: of several files the sound ones are told of, and the broken ones named at the end") {
  const TrainedOnFiles scratch;
  write_text(scratch.folder / "a.jpg", "text");
  write_image(scratch.folder / "b.png", cut(png(6, 4, 3), 60));
  const auto done = scratch.fovea({"predict", "latest", "a.jpg", "photos/test/cat/1.jpg", "b.png",
                                   "photos/test/cat/2.jpg", "--json", "--batch-size", "2"});
  CHECK(done.code == 1);
  CHECK(done.err ==
        "a.jpg: begins with 74657874; JPEG begins with ffd8ff, PNG with 89504e47\n"
        "b.png: is cut off; fetch the file again\n"
        "2 of 4 could not be read; mend or leave out what is named above\n");
  const auto lines = lines_of(done.out);
  REQUIRE(lines.size() == 4);
  CHECK(
      lines[0] ==
      R"({"image":"a.jpg","error":"a.jpg: begins with 74657874; JPEG begins with ffd8ff, PNG with 89504e47"})");
  CHECK(fovea::parse_json(lines[1]).at("image") == "photos/test/cat/1.jpg");
  CHECK(fovea::parse_json(lines[2]).at("error") == "b.png: is cut off; fetch the file again");
  CHECK(fovea::parse_json(lines[3]).contains("class"));
}

TEST_CASE("fovea predict: a model alone is enough, wherever it lies") {
  const TrainedOnFiles scratch;
  fs::copy(scratch.run() / "best_model.h5", scratch.folder / "mine.h5");
  for (const auto* there : {"results", ".fovea"}) fs::remove_all(scratch.folder / there);
  CHECK(images_told(scratch.fovea({"predict", "mine.h5", "photos/test/dog", "--json"})).size() == 11);
}

TEST_CASE("fovea predict: a model that is not there is an error with what would be right") {
  const TrainedOnFiles scratch;
  const auto error = [&](const std::string& model) {
    return scratch.error({"predict", model, "photos/test/cat/1.jpg"});
  };
  const auto run = scratch.run().filename().string();
  CHECK(error("nothing") ==
        "nothing: no such model or run; give a model file such as best_model.h5, or a run directory");
  CHECK(error(run + "x") == run + "x: no such model or run; did you mean \"" + run + "\"?");
  CHECK(error("photos") == "photos: no \"best_model.h5\" in it; give a model file, or a run that trained");
  CHECK(error("pipeline.json") ==
        "pipeline.json: not HDF5, as models are; give the best_model.h5 of a run directory");
  fs::create_directories(scratch.folder / "several/train_1");
  fs::rename(scratch.run() / "best_model.h5", scratch.folder / "several/train_1/best_model.h5");
  CHECK(error("several") ==
        "several: several folders with models; give one of them, such as \"several/train_1/best_model.h5\"");
}

TEST_CASE("fovea predict: an argument that is missing or out of range is a wrong use") {
  const ScratchFolder scratch;
  CHECK(scratch.usage_error({"predict"}) == "fovea predict: MODEL is missing; see --help");
  CHECK(scratch.usage_error({"predict", "latest"}) == "fovea predict: IMAGE is missing; see --help");
  CHECK(scratch.usage_error({"predict", "latest", "a.jpg", "--top-k", "0"}) ==
        "--top-k: 0 is not allowed; it must be from 1 to 1000");
  CHECK(scratch.usage_error({"predict", "latest", "a.jpg", "--precision", "int8"}) ==
        "--precision: \"int8\" is not allowed; it must be one of fp32, tf32, bf16, fp16, auto");
}
