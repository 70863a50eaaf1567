#include "stages/evaluate/predictions.hpp"

#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>

#include "runtime/store/artifact.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;

namespace {

/// Of the probabilities 3/4 and 1/4, 1/8 and 7/8, and twice 1/2.
Predictions three() {
  return {std::vector<float>{std::log(3.F), 0, 0, std::log(7.F), 0, 0},
          std::vector<std::int32_t>{0, 0, 1},
          {"cat, \"big\"", "dog"}};
}

Predictions three_named() {
  auto all = three();
  NameList names;
  for (const auto* name : {"cat/1.png", "cat/a, b.png", "dog/1.png"}) names.add(name);
  all.names = names.finish();
  return all;
}

Attribute attribute(const std::string& name, const std::vector<std::string>& values) {
  NameList list;
  for (const auto& value : values) list.add(value);
  return {name, list.finish()};
}

std::string header_of(const Predictions& predictions) {
  const auto csv = to_csv(predictions);
  return csv.substr(0, csv.find('\n'));
}

const std::string fixed_columns =
    "sample,index,label,predicted,confidence,correct,label_probability,label_name,predicted_name";

}  // namespace

TEST_CASE("predictions: of equals the class with the lowest number is predicted") {
  CHECK(three().predicted(1) == 1);
  CHECK(three().predicted(2) == 0);
}

TEST_CASE("predictions: the CSV has a line for each sample, names quoted where they need it") {
  CHECK(to_csv(three()) == fixed_columns +
                               "\n"
                               "0,0,0,0,0.75,true,0.75,\"cat, \"\"big\"\"\",\"cat, \"\"big\"\"\"\n"
                               "1,1,0,1,0.875,false,0.125,\"cat, \"\"big\"\"\",dog\n"
                               "2,2,1,0,0.5,false,0.5,dog,\"cat, \"\"big\"\"\"\n");
}

TEST_CASE("predictions: probabilities are written so that they read back as the same float") {
  const Predictions one{std::vector<float>{0, 2.2F}, std::vector<std::int32_t>{0}, {"a", "b"}};
  const auto csv = to_csv(one);
  const auto cell = csv.find("\n0,0,0,1,") + 9;
  CHECK(std::stof(csv.substr(cell)) == static_cast<float>(softmax(one.row(0))[1]));
}

TEST_CASE("predictions: the softmax of scores of any size sums to 1") {
  CHECK(softmax(std::vector<float>{1000, 1000, -1000}) == std::vector<double>{0.5, 0.5, 0});
  const auto three_of_them = softmax(std::vector<float>{-3, 0.5, 2});
  CHECK(std::accumulate(three_of_them.begin(), three_of_them.end(), 0.0) == Approx(1).epsilon(1e-15));
}

TEST_CASE("predictions: what version 2 stored as probabilities is read as their logarithms") {
  const Folder folder;
  H5Writer writer(folder / "old.h5");
  writer.write("probabilities", std::vector<float>{0.75F, 0.25F}, {1, 2});
  writer.write("labels", std::vector<std::int32_t>{1}, {1});
  writer.write("class_names", std::vector<std::string>{"a", "b"});
  write_names({}, writer);
  writer.close();
  const auto read = Predictions::codec().read(H5Reader(folder / "old.h5"), {});
  CHECK(softmax(static_cast<const Predictions*>(read.get())->row(0))[0] == Approx(0.75));
}

TEST_CASE("predictions: what is stored is what is read") {
  const Folder folder;
  const auto predictions = three_named();
  H5Writer writer(folder / "predictions.h5");
  Predictions::codec().write(&predictions, writer);
  writer.close();
  const auto read = Predictions::codec().read(H5Reader(folder / "predictions.h5"), {});
  CHECK(to_csv(*static_cast<const Predictions*>(read.get())) == to_csv(predictions));
}

TEST_CASE("predictions: the CSV begins with the names of the samples") {
  const auto csv = to_csv(three_named());
  CHECK_THAT(csv, Catch::Contains("\ncat/1.png,0,0,"));
  CHECK_THAT(csv, Catch::Contains("\n\"cat/a, b.png\",1,0,"));
}

TEST_CASE("predictions: the CSV ends with a column for each attribute, quoted where it needs it") {
  auto all = three_named();
  all.attributes = {attribute("größe, cm", {"1", "ä \"x\"", "two\nlines"}),
                    attribute("note", {"", ",", "猫"})};
  CHECK(to_csv(all) == fixed_columns + ",\"größe, cm\",note\n" +
                           "cat/1.png,0,0,0,0.75,true,0.75,\"cat, \"\"big\"\"\",\"cat, \"\"big\"\"\",1,\n"
                           "\"cat/a, b.png\",1,0,1,0.875,false,0.125,\"cat, \"\"big\"\"\",dog,"
                           "\"ä \"\"x\"\"\",\",\"\n"
                           "dog/1.png,2,1,0,0.5,false,0.5,dog,\"cat, \"\"big\"\"\",\"two\nlines\",猫\n");
}

TEST_CASE("predictions: an attribute that is called as a fixed column is told apart from it and all others") {
  auto all = three();
  const std::vector<std::string> values{"x", "y", "z"};
  all.attributes = {attribute("index", values), attribute("Index", values)};
  CHECK(header_of(all) == fixed_columns + ",attribute_index,Index");
  all.attributes = {attribute("correct", values), attribute("attribute_correct", values)};
  CHECK(header_of(all) == fixed_columns + ",attribute_attribute_correct,attribute_correct");
}

TEST_CASE("predictions: attributes are stored with any text, or none in any value") {
  const Folder folder;
  auto all = three_named();
  all.attributes = {attribute("größe", {"a,\"b\"\r\nc", "", "猫"}), attribute("empty", {"", "", ""})};
  H5Writer writer(folder / "predictions.h5");
  Predictions::codec().write(&all, writer);
  writer.close();
  const auto read = Predictions::codec().read(H5Reader(folder / "predictions.h5"), {});
  CHECK(to_csv(*static_cast<const Predictions*>(read.get())) == to_csv(all));
}

TEST_CASE("predictions: without attributes nothing is stored of them") {
  const Folder folder;
  const auto all = three_named();
  H5Writer writer(folder / "predictions.h5");
  Predictions::codec().write(&all, writer);
  writer.close();
  const H5Reader file(folder / "predictions.h5");
  CHECK_FALSE(file.has("attributes/0"));
  const auto read = Predictions::codec().read(file, {});
  CHECK(static_cast<const Predictions*>(read.get())->attributes.empty());
}

std::string stored_error(const Predictions& predictions) {
  const Folder folder;
  H5Writer writer(folder / "predictions.h5");
  Predictions::codec().write(&predictions, writer);
  writer.close();
  return error_of([&] { Predictions::codec().read(H5Reader(folder / "predictions.h5"), {}); });
}

TEST_CASE("predictions: what no predictions can be is refused when it is read") {
  auto wrong = three();
  wrong.labels = std::vector<std::int32_t>{0, 2, 1};
  CHECK(stored_error(wrong) == "Predictions: a label has no class; make it again");
  wrong = three_named();
  wrong.names = NameList().finish();
  CHECK(stored_error(wrong) == "(nothing was thrown)");
  NameList names;
  names.add("only");
  wrong.names = names.finish();
  CHECK(stored_error(wrong) == "Predictions: its samples and their names differ in number; make it again");
  wrong = three_named();
  wrong.attributes = {attribute("x", {"1", "2"})};
  CHECK(stored_error(wrong) ==
        "Predictions: its samples and what is told of them differ in number; make it again");
}

TEST_CASE("predictions: exporting writes the CSV") {
  const Folder folder;
  const auto predictions = three();
  Predictions::codec().export_to(&predictions, "", folder / "predictions.csv");
  CHECK(bytes_of(folder / "predictions.csv") == to_csv(predictions));
}
