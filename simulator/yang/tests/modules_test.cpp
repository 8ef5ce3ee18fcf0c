// SPDX-License-Identifier: Apache-2.0
// Which modules are found, how they are loaded, and what is said of those that are not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "simulator/yang/conditions.hpp"
#include "simulator/yang/tests/support.hpp"

namespace confd::sim::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string head(const std::string& name) {
    return "module " + name + " { yang-version 1.1; namespace \"urn:" + name + "\"; prefix " +
           name + ";\n";
}

std::string errors_in(const std::vector<std::string>& folders,
                      const std::vector<std::string>& names) {
    Diagnostics diagnostics;
    EXPECT_EQ(Schema::load(requests(names), folders, diagnostics), nullptr);
    return texts(diagnostics);
}

std::vector<std::string> notifications_in(const std::vector<std::string>& folders,
                                          const std::vector<std::string>& names,
                                          std::span<const BuiltInModule> built_in = {}) {
    Diagnostics diagnostics;
    const auto schema = Schema::load(requests(names), folders, diagnostics, built_in);
    EXPECT_EQ(texts(diagnostics), "");
    return schema == nullptr ? std::vector<std::string>() : schema->notifications();
}

/// A module whose notification says which file it came from.
void write_version(const Folder& folder, const std::string& file, const std::string& revision,
                   const std::string& notification) {
    folder.write(file, head("m") + (revision.empty() ? "" : "revision " + revision + ";") +
                           " notification " + notification + "; }");
}

TEST(YangFiles, TheNewestRevisionWinsWhateverTheFileIsCalled) {
    const Folder first;
    const Folder second;
    write_version(first, "m.yang", "2024-01-01", "middle");
    write_version(first, "m@2023-01-01.yang", "2023-01-01", "old");
    EXPECT_THAT(notifications_in({first.path()}, {"m"}), ElementsAre("m:middle"));
    write_version(second, "m.yang", "2025-01-01", "young");
    EXPECT_THAT(notifications_in({first.path(), second.path()}, {"m"}), ElementsAre("m:young"));
    write_version(first, "m@2025-01-01.yang", "2025-01-01", "as-young-and-first");
    EXPECT_THAT(notifications_in({first.path(), second.path()}, {"m"}),
                ElementsAre("m:as-young-and-first"));
}

TEST(YangFiles, ARevisionCanBeAskedFor) {
    const Folder folder;
    write_version(folder, "m.yang", "2025-01-01", "young");
    write_version(folder, "m@2023-01-01.yang", "2023-01-01", "old");
    folder.write("user.yang", head("user") +
                                  "import m { prefix m; } augment /m:old { leaf x { type "
                                  "string; } } }");
    EXPECT_THAT(notifications_in({folder.path()}, {"m@2023-01-01"}), ElementsAre("m:old"));
    EXPECT_THAT(notifications_in({folder.path()}, {"m@2025-01-01"}), ElementsAre("m:young"));
    EXPECT_THAT(notifications_in({folder.path()}, {"m@2023-01-01.yang"}), ElementsAre("m:old"));
    EXPECT_THAT(notifications_in({folder.path()}, {"user", "m@2023-01-01"}), ElementsAre("m:old"))
        << "what imports it gets the revision that was asked for";
    EXPECT_EQ(errors_in({folder.path()}, {"m@2024-01-01"}),
              "test.yaml:1:1: no revision 2024-01-01 of YANG module 'm' in " + folder.path() +
                  ", only 2023-01-01 or 2025-01-01\n");
}

TEST(YangFiles, AnImportByDateGetsThatRevision) {
    const Folder folder;
    folder.write("t.yang", head("t") + "revision 2025-01-01; typedef a { type string; } }");
    folder.write("t@2023-01-01.yang",
                 head("t") + "revision 2023-01-01; typedef a { type uint8; } }");
    folder.write("old.yang", head("old") +
                                 "import t { prefix t; revision-date 2023-01-01; } "
                                 "notification n { leaf x { type t:a; } } }");
    const auto schema = load({"old"}, folder.path());
    EXPECT_EQ(build(*schema, "{n: {x: 5}}").values[1].v,
              (Value{ValueType::uint8, std::int64_t{5}}));
    folder.write("none.yang", head("none") + "import t { prefix t; revision-date 2020-01-01; } }");
    EXPECT_THAT(errors_in({folder.path()}, {"none"}),
                AllOf(StartsWith("test.yaml:1:1: none.yang:2:1: no revision 2020-01-01 of YANG "
                                 "module 't'"),
                      HasSubstr("only 2023-01-01 or 2025-01-01")));
}

TEST(YangFiles, WinOverWhatIsBuiltIn) {
    const BuiltInModule built_in[] = {
        {"m", "module m { namespace 'urn:m'; prefix m; revision 2030-01-01; notification mine; }"}};
    const Folder folder;
    EXPECT_THAT(notifications_in({folder.path()}, {"m"}, built_in), ElementsAre("m:mine"));
    write_version(folder, "m.yang", "2020-01-01", "yours");
    EXPECT_THAT(notifications_in({folder.path()}, {"m"}, built_in), ElementsAre("m:yours"));
    // libyang's own ietf-inet-types has a revision.
    folder.write(
        "ietf-inet-types.yang",
        "module ietf-inet-types { namespace 'urn:ietf:params:xml:ns:yang:ietf-inet-types'; "
        "prefix inet; typedef novel { type uint8; } }");
    folder.write("user.yang", head("user") +
                                  "import ietf-inet-types { prefix i; } notification n { "
                                  "leaf x { type i:novel; } } }");
    EXPECT_THAT(notifications_in({folder.path()}, {"user"}), ElementsAre("user:n"));
}

TEST(YangFiles, AreLeftOutWhereNothingLoadsWithThemAndThereIsACopy) {
    const Folder folder;
    folder.write(
        "ietf-yang-types@2030-01-01.yang",
        "module ietf-yang-types { namespace 'urn:ietf:params:xml:ns:yang:ietf-yang-types'; "
        "prefix yang; revision 2030-01-01; typedef novel { type uint8; } }");
    const auto user = [&](const std::string& name, const std::string& type) {
        folder.write(name + ".yang", head(name) +
                                         "import ietf-yang-types { prefix y; } "
                                         "notification n { leaf x { type y:" +
                                         type + "; } } }");
    };
    user("old", "counter64");
    Diagnostics diagnostics;
    EXPECT_NE(Schema::load(requests({"old"}), {folder.path()}, diagnostics), nullptr);
    EXPECT_EQ(texts(diagnostics),
              "test.yaml:1:1: warning: ietf-yang-types@2030-01-01.yang is not used, but the "
              "ietf-yang-types that is built in: with the file old.yang:2: Referenced type "
              "\"y:counter64\" not found\n");

    // A path brings all that lies beside it, the file among them.
    EXPECT_NE(Schema::load(requests({"old.yang"}), {folder.path()}, diagnostics), nullptr);
    EXPECT_THAT(texts(diagnostics), HasSubstr("ietf-yang-types@2030-01-01.yang is not used"));

    // Not where it is asked for, and not where that does not help.
    EXPECT_THAT(errors_in({folder.path()}, {"ietf-yang-types@2030-01-01.yang", "old"}),
                HasSubstr("\"y:counter64\" not found"));
    user("new", "novel");
    EXPECT_THAT(notifications_in({folder.path()}, {"new"}), ElementsAre("new:n"));
    EXPECT_THAT(errors_in({folder.path()}, {"old", "new"}), HasSubstr("counter64"));
}

TEST(YangFiles, WithMarksOfByteOrderAreRead) {
    const Folder folder;
    folder.write("m.yang", "\xef\xbb\xbf" + head("m") + "notification n; }");
    EXPECT_THAT(notifications_in({folder.path()}, {"m"}), ElementsAre("m:n"));
}

TEST(YangFiles, ThatCannotBeUsedAreNamed) {
    const Folder folder;
    folder.write("other.yang", head("another") + "}");
    folder.write("no.yang", "leaf x { type string; }");
    folder.write("part.yang", "submodule part { belongs-to whole { prefix w; } }");
    std::filesystem::create_directory(folder.path() + "/dir.yang");
    EXPECT_EQ(errors_in({folder.path()}, {"other", "no", "part", "dir"}),
              "test.yaml:1:1: other.yang:1:1: expected module other, found 'another'\n"
              "test.yaml:2:1: no.yang:1:1: expected a module, found 'leaf'\n"
              "test.yaml:3:1: part is a submodule of whole: list that\n"
              "test.yaml:4:1: " +
                  folder.path() + "/dir.yang: Is a directory\n");
    EXPECT_THAT(notifications_in({folder.path()}, {"other.yang"}), ElementsAre())
        << "a path says which file is meant";
    folder.write(
        "user.yang",
        head("user") + "import othre { prefix o; }\n import quite-another-one { prefix n; } }");
    EXPECT_EQ(errors_in({folder.path()}, {"user"}),
              "test.yaml:1:1: user.yang:2:1: no YANG module 'othre' in " + folder.path() +
                  "; did you mean 'other'?\n" +
                  "test.yaml:1:1: user.yang:3:2: no YANG module 'quite-another-one' in " +
                  folder.path() + "\n");
}

TEST(YangModules, LeaveNoFolderBehind) {
    const Folder temporary;
    const auto* before = std::getenv("TMPDIR");
    const std::string kept = before == nullptr ? "" : before;
    ::setenv("TMPDIR", temporary.path().c_str(), 1);
    load({"example-if"});
    EXPECT_TRUE(std::filesystem::is_empty(temporary.path()));
    ::setenv("TMPDIR", "/no/such/folder", 1);
    EXPECT_THAT(errors_in({sample_modules}, {"example-if"}), HasSubstr("no temporary folder"));
    before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
}

// ---- What libyang refuses ----

TEST(YangMistakes, HaveTheLineOfTheStatement) {
    const Folder folder;
    const auto error = [&](const std::string& body) {
        folder.write("m.yang", head("m") + body + "\n}");
        auto text = errors_in({folder.path()}, {"m"});
        return text.substr(0, text.find('\n'));
    };
    EXPECT_EQ(error("container c {\n list l {\n key k;\n leaf k { type string; }\n"
                    " leaf r {\n type leafref {\n path '../x'; } } } }"),
              "test.yaml:1:1: m.yang:6: Not found node \"x\" in path");
    EXPECT_EQ(error("grouping g {\n leaf x {\n type nil; } }\ncontainer c {\n uses g;\n}"),
              "test.yaml:1:1: m.yang:4: Referenced type \"nil\" not found");
    EXPECT_EQ(error("leaf x { type string; }\n\n\naugment \"/m:nil\" { leaf y { type string; } }"),
              "test.yaml:1:1: m.yang:5: Augment target node \"/m:nil\" from module \"m\" was not "
              "found");
    EXPECT_EQ(
        error("leaf x {\n type uint8;\n default 256;\n }"),
        "test.yaml:1:1: m.yang:4: Invalid default - value does not fit the type (Value \"256\" "
        "is out of type uint8 min/max bounds.)");
    EXPECT_EQ(error("leaf x {\n type string;\n mandatory maybe;\n }"),
              "test.yaml:1:1: m.yang:4: Invalid value \"maybe\" of \"mandatory\"");
}

TEST(YangMistakes, OfSubmodulesAndImportsAreFoundThere) {
    const Folder folder;
    folder.write("m.yang", head("m") + "include s; notification n; }");
    folder.write("s.yang",
                 "submodule s { yang-version 1.1; belongs-to m { prefix m; }\n\n leaf x { tipe "
                 "string; } }");
    EXPECT_THAT(errors_in({folder.path()}, {"m"}), StartsWith("test.yaml:1:1: s.yang:3: "));
    folder.write("s.yang",
                 "submodule s { yang-version 1.1; belongs-to m { prefix m; }\n\n leaf x {\n "
                 "type nil; } }");
    EXPECT_THAT(errors_in({folder.path()}, {"m"}), StartsWith("test.yaml:1:1: s.yang:4: "));
}

TEST(YangMistakes, BackslashesOfYang11AreRefused) {
    const Folder folder;
    folder.write("m.yang", head("m") + "\n typedef t { type string { pattern \"\\.\"; } } }");
    EXPECT_THAT(errors_in({folder.path()}, {"m"}), StartsWith("test.yaml:1:1: m.yang:3: "));
}

class SmallStack {
  public:
    SmallStack() {
        ::getrlimit(RLIMIT_STACK, &before_);
        const rlimit small{512 << 10, before_.rlim_max};
        ::setrlimit(RLIMIT_STACK, &small);
    }
    ~SmallStack() { ::setrlimit(RLIMIT_STACK, &before_); }
    SmallStack(const SmallStack&) = delete;
    SmallStack& operator=(const SmallStack&) = delete;

  private:
    rlimit before_{};
};

TEST(YangMistakes, ThatEndLibyangAreMessages) {
    // Every grouping uses the one before: libyang goes down by calls until its stack has gone,
    // which is made small here.
    std::string text = head("m") + "grouping g0 { leaf x { type string; } }\n";
    constexpr int groupings = 3000;
    for (int i = 1; i < groupings; ++i)
        text += "grouping g" + std::to_string(i) + " { uses g" + std::to_string(i - 1) + "; }\n";
    text += "notification n { uses g" + std::to_string(groupings - 1) + "; } }";
    const SmallStack stack;
    const Folder folder;
    folder.write("m.yang", text);
    const auto error = errors_in({folder.path()}, {"m"});
    EXPECT_THAT(error, StartsWith("test.yaml:1:1: m.yang: libyang cannot load it: it "));
    // What is imported and cannot be implemented does no harm to what imports it.
    folder.write("user.yang", head("user") + "import m { prefix m; } notification n; }");
    EXPECT_THAT(notifications_in({folder.path()}, {"user"}), ElementsAre("user:n"));
}

TEST(YangMistakes, NestingHasABound) {
    std::string text = head("m") + "grouping g0 { leaf x { type string; } }\n";
    for (int i = 1; i < 300; ++i) {
        text += "grouping g" + std::to_string(i) + " { container c { uses g" +
                std::to_string(i - 1) + "; } }\n";
    }
    const Folder folder;
    folder.write("m.yang", text + "notification n { uses g299; } }");
    EXPECT_EQ(errors_in({folder.path()}, {"m"}),
              "test.yaml:1:1: m: notification n has more than 200 levels of nodes\n");
}

// ---- What is imported ----

TEST(YangImports, AreImplementedWithEveryFeature) {
    const Folder folder;
    folder.write("base.yang", head("base") +
                                  "feature f; identity kind; identity one { base kind; } "
                                  "notification from-base { leaf x { if-feature f; type "
                                  "string; } } }");
    folder.write("m.yang", head("m") +
                               "import base { prefix base; } notification n { leaf k { type "
                               "identityref { base base:kind; } } } }");
    const auto schema = load({"m"}, folder.path());
    EXPECT_THAT(schema->notifications(), ElementsAre("m:n", "base:from-base"));
    build(*schema, "{from-base: {x: hi}}");
    for (const std::string identity : {"one", "base:one"})
        EXPECT_EQ(build(*schema, "{n: {k: \"" + identity + "\"}}").values.size(), 3U) << identity;
    EXPECT_THAT(errors(*schema, "{n: {k: two}}"), HasSubstr("an identity derived from kind"));
    // Random events are those of the modules that were asked for.
    EXPECT_THAT(schema->drawable().possible, ElementsAre("m:n"));
}

TEST(YangImports, ThatCannotBeImplementedAreStillImported) {
    const Folder folder;
    folder.write("base.yang", head("base") +
                                  "typedef t { type string; }\n identity kind; identity one "
                                  "{ base kind; }\n augment '/nowhere' { leaf x { type "
                                  "string; } } }");
    folder.write("m.yang", head("m") +
                               "import base { prefix base; } notification n { leaf x { type "
                               "base:t; } leaf k { type identityref { base base:kind; } } } "
                               "}");
    const auto schema = load({"m"}, folder.path());
    build(*schema, "{n: {x: hi}}");
    EXPECT_THAT(errors(*schema, "{n: {k: \"base:one\"}}"), HasSubstr("list base in 'modules'"));
    EXPECT_THAT(errors_in({folder.path()}, {"base"}), HasSubstr("base.yang:4: "));
}

TEST(YangImports, NamesOfListedModulesComeFirst) {
    const Folder folder;
    folder.write("base.yang", head("base") + "notification same { leaf x { type string; } } }");
    folder.write("m.yang", head("m") +
                               "import base { prefix base; } notification same { leaf y { type "
                               "string; } } }");
    const auto schema = load({"m"}, folder.path());
    build(*schema, "{same: {y: a}}");
    build(*schema, "{base:same: {x: a}}");
}

// ---- Notifications that cannot be sent ----

TEST(YangNotifications, NestedInDataAreSaidToBe) {
    const auto schema = load_text(
        "container c { list l { key k; leaf k { type string; } notification inner { leaf x { type "
        "string; } } } }");
    EXPECT_THAT(errors(*schema, "{inner: {}}"),
                HasSubstr("notification t:inner is nested in data (/t:c/l/inner)"));
    EXPECT_THAT(errors(*schema, "{other: {}}"), HasSubstr("all of them are nested in data"));
}

// ---- Values ----

TEST(YangEmpty, IsWrittenAsItSays) {
    const auto schema = load_text(R"(
        notification n {
          leaf u { type union { type empty; type uint8; } }
          leaf e { type empty; }
          leaf s { type string; }
          leaf r { type leafref { path "../u"; } }
          leaf-list ul { type union { type uint8; type union { type empty; type boolean; } } }
          list l { key k; leaf k { type empty; } }
        })");
    for (const std::string form : {"[null]", "null", "\"\""}) {
        const auto event =
            build(*schema, "{n: {u: " + form + ", ul: [3, " + form + "], l: [{k: " + form + "}]}}");
        ASSERT_EQ(event.values.size(), 7U) << form;
        EXPECT_EQ(event.values[1].v.type, ValueType::xmltag) << form;
    }
    build(*schema, "{n: {u: [null], r: [null]}}");
    EXPECT_THAT(errors(*schema, "{n: {s: [null]}}"), HasSubstr("found a list"));
    EXPECT_THAT(errors(*schema, "{n: {s: null}}"), HasSubstr("found nothing"));
    EXPECT_THAT(errors(*schema, "{n: {e: [null, null]}}"), HasSubstr("expected [null]"));
    EXPECT_THAT(errors(*schema, "{n: {e: [1]}}"), HasSubstr("expected [null]"));
}

TEST(YangRandom, InstanceIdentifiersPointIntoWhatIsServed) {
    const std::string body =
        "notification n { leaf i { type instance-identifier; mandatory true; } }";
    Random choices(5);
    const auto nothing = load_text(body)->random(choices);
    ASSERT_FALSE(nothing) << "libyang's own modules have data, but are not served";
    EXPECT_THAT(nothing.error(), HasSubstr("its leaf i can have no value"));
    const auto schema = load_text("container c { leaf x { type string; } }" + body);
    for (int i = 0; i < 50; ++i) {
        const auto event = schema->random(choices);
        ASSERT_TRUE(event);
        ASSERT_EQ(event->values[1].v.type, ValueType::objectref);
        EXPECT_EQ(std::get<ObjectRef>(event->values[1].v.payload).steps.back().ns,
                  name_hash("urn:t"));
    }
}

TEST(YangRandom, KeysOfListsThatArePathsHaveAnEnd) {
    const auto schema = load_text(R"(
        list l { key k; leaf k { type union { type instance-identifier; type int8; } } }
        notification n { leaf i { type instance-identifier; mandatory true; } })");
    ListedChoices nothing_left({});
    Random choices(5);
    for (int i = 0; i < 50; ++i)
        EXPECT_TRUE(schema->random(choices));
    static_cast<void>(schema->random(nothing_left));
}

TEST(YangRandom, WhatMustBeTooLargeIsImpossible) {
    const auto schema = load_text(
        "notification a { leaf-list l { type uint32; min-elements 4000000000; } }"
        "notification b { list l { key k; leaf k { type uint32; } min-elements 4000000000; } }");
    const auto drawable = schema->drawable();
    EXPECT_THAT(drawable.possible, ElementsAre());
    EXPECT_THAT(drawable.impossible, ElementsAre("t:a: it needs more than 5000 nodes",
                                                 "t:b: it needs more than 5000 nodes"));
}

// ---- Conditions that libyang cannot evaluate ----

TEST(YangConditions, ThatEndLibyangAreErrorsOfTheEvent) {
    const auto schema = load_text(R"(
        notification n {
          leaf a { type int8; must "5 mod ../b = 1"; }
          leaf b { type int8; }
        })");
    build(*schema, "{n: {a: 1, b: 2}}");
    EXPECT_THAT(errors(*schema, "{n: {a: 1, b: 0}}"),
                HasSubstr("libyang cannot evaluate a condition: it ends with signal 8"));
}

TEST(YangConditions, OnesThatCannotEndItCostNothing) {
    using yang::is_risky;
    EXPECT_FALSE(is_risky("../a = 'x' and not(../../c/d) or count(/t:n/l) > 3"));
    EXPECT_FALSE(is_risky("derived-from-or-self(../type, 'if:eth')"));
    EXPECT_TRUE(is_risky("5 mod ../b = 1"));
    EXPECT_TRUE(is_risky("string(/) = ''"));
    EXPECT_TRUE(is_risky("/ = 'x'"));
    EXPECT_TRUE(is_risky("string-length(../..) > 0"));
    EXPECT_TRUE(is_risky("../.."));
    EXPECT_TRUE(is_risky("round(a) = 1"));
}

}  // namespace
}  // namespace confd::sim::test
