// Model files: whatever they are, they give a schema or errors that say where.

#include "models/declaration/model_file.hpp"
#include "models/declaration/model_text.hpp"
#include "test/models/fuzz.hpp"

using lithair::fuzz::expect;

std::vector<std::string> lithair::fuzz::seeds() {
  return {
      std::string(model_text),
      std::string(model_text) +
          "[projections.p]\nfrom = \"m\"\ngroup_by = [\"e\"]\nwhere = { i = \">=1\" }\nmeasures = "
          "{ n = \"count\", x = \"sum(m)\", y = \"min(t)\" }\n",
      "[models.a]\npath = \"/api/x/a\"\n[models.a.fields.id]\ntype = \"uuid\"\nprimary_key = "
      "true\nreplicate = true\n[models.a.fields.id.validate]\nformat = \"uuid\"\n",
      "[models.c.access]\nread = \"role(a) or o = @user.id\"\nupdate = \"exists(c where id = "
      "id)\"\n[models.c.fields]\nid = { type = \"integer\", primary_key = true, replicate = true "
      "}\no = "
      "{ type = \"string\", replicate = true, access = { read = \"@user\" } }\nw = { type = "
      "\"timestamp\", replicate = true, set_on_update = \"@now\" }\n",
      "[models.b.fields]\nid={type=\"integer\",primary_key=true,replicate=true,validate={min=1,"
      "one_of=[1,2.5,\"3\"]}}\nx={type=\"enum\",values=[\"a\"],default=\"b\",unknown=1979-05-27}",
  };
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = lithair::fuzz::as_text(data, size);
  const auto made = lithair::models::parse_model_text(text, "fuzz.toml");
  if (!made) {
    expect(!made.error().empty(), "a refused file has an error");
    for (const auto& error : made.error()) {
      expect(to_string(error).starts_with("fuzz.toml"), "every error names the file");
    }
    return 0;
  }
  const auto again = lithair::models::parse_model_text(text, "fuzz.toml");
  expect(again.has_value() && again->fingerprint() == made->fingerprint(),
         "one file gives one schema");
  const auto written = lithair::models::parse_model_text(to_model_text(*made), "fuzz.toml");
  expect(written.has_value() && written->fingerprint() == made->fingerprint(),
         "a schema written as text is the same schema");
  return 0;
}
