# Reads every #include of the tree and fails on an arrow between rooms that the design does not allow, and on a third-party header
# outside its door. Run as: cmake -D SOURCE_DIR=... -P tests/layers.cmake

set(MAY_graph graph)
set(MAY_runtime graph runtime)
set(MAY_render graph/error.hpp render)
set(MAY_stages graph runtime render stages)
set(MAY_pipelines graph runtime render stages pipelines)
set(MAY_tests ${MAY_pipelines} tests)

# header prefix | the files that may include it
set(DOORS
  "boost/math/|^stages/evaluate/spread\\.cpp$"
  "boost/crc|^pipelines/tracking/event_file\\.cpp$"
  "boost/|^graph/.*\\.cpp$"
  "protozero/|^pipelines/tracking/event_file\\.cpp$|^tests/pipelines/"
  "onnx/|^stages/model/onnx/|^tests/stages/model/onnx/"
  "google/protobuf/|^stages/model/onnx/"
  "openssl/|^graph/sha256\\.cpp$"
  "tbb/|^runtime/(run|stream)\\.cpp$"
  "oneapi/|^runtime/(run|stream)\\.cpp$"
  "hdf5|^runtime/store/hdf5_handles\\.hpp$"
  "H5|^runtime/store/hdf5_handles\\.hpp$"
  "spdlog/|^(runtime|pipelines)/.*\\.cpp$"
  "utf8proc|^(render/text|stages/data/formats/letters)\\.cpp$"
  "cairo|^render/cairo\\.cpp$"
  "pango/|^render/cairo\\.cpp$"
  "png\\.h|^(render/png|tests/render/.*|stages/data/.*)\\.cpp$|^tests/stages/"
  "jpeglib\\.h|^stages/data/.*\\.cpp$|^tests/stages/"
  "jerror\\.h|^stages/data/.*\\.cpp$|^tests/stages/"
  "fmt/|^pipelines/command/"
  "CLI/|^pipelines/.*\\.cpp$"
  "catch2/|^tests/"
  "ATen/core/Tensor\\.h|^(tests/)?stages/.*/torch/"
  "torch/|^(tests/)?stages/.*/torch/.*\\.cpp$|^stages/model/torch/own_module\\.hpp$|^tests/(bench|gpu)/"
  "ATen/|^(tests/)?stages/.*/torch/.*\\.cpp$|^tests/(bench|gpu)/"
  "c10/|^(tests/)?stages/.*/torch/.*\\.cpp$|^tests/(bench|gpu)/")

set(WRONG "")
file(GLOB_RECURSE FILES RELATIVE ${SOURCE_DIR}
  ${SOURCE_DIR}/graph/*.?pp ${SOURCE_DIR}/runtime/*.?pp ${SOURCE_DIR}/render/*.?pp ${SOURCE_DIR}/stages/*.?pp
  ${SOURCE_DIR}/pipelines/*.?pp ${SOURCE_DIR}/tests/*.?pp)
list(LENGTH FILES COUNT)
if(COUNT LESS 20)
  message(FATAL_ERROR "only ${COUNT} files found below ${SOURCE_DIR}; it must be the top of the tree")
endif()

foreach(FILE ${FILES})
  string(REGEX MATCH "^[a-z]+" ROOM ${FILE})
  set(MAY ${MAY_${ROOM}})
  if(FILE MATCHES "^tests/(graph|runtime|render|stages)/")
    set(MAY ${MAY_${CMAKE_MATCH_1}} tests)
  endif()
  file(STRINGS ${SOURCE_DIR}/${FILE} LINES REGEX "^[ \t]*#[ \t]*include")
  foreach(LINE ${LINES})
    if(LINE MATCHES "include[ \t]*\"([^\"]+)\"")
      set(HEADER ${CMAKE_MATCH_1})
      set(ALLOWED FALSE)
      foreach(PLACE ${MAY})
        if(HEADER STREQUAL PLACE OR HEADER MATCHES "^${PLACE}/")
          set(ALLOWED TRUE)
        endif()
      endforeach()
      if(NOT ALLOWED)
        list(APPEND WRONG "${FILE}: may not include \"${HEADER}\"")
      endif()
      # What needs LibTorch is one library, which the rest can do without.
      if(HEADER MATCHES "^stages/.*/torch/" AND NOT FILE MATCHES "^(tests/)?stages/.*/torch/|^tests/(bench|gpu)/")
        list(APPEND WRONG "${FILE}: may not include \"${HEADER}\", which needs LibTorch")
      endif()
    elseif(LINE MATCHES "include[ \t]*<([^>]+)>")
      set(HEADER ${CMAKE_MATCH_1})
      foreach(DOOR ${DOORS})
        string(REGEX MATCH "^[^|]+" PREFIX "${DOOR}")
        string(LENGTH "${PREFIX}|" SKIP)
        string(SUBSTRING "${DOOR}" ${SKIP} -1 WHERE)
        if(HEADER MATCHES "^${PREFIX}")
          if(NOT FILE MATCHES "${WHERE}")
            list(APPEND WRONG "${FILE}: <${HEADER}> has its door elsewhere (${WHERE})")
          endif()
          break()
        endif()
      endforeach()
    endif()
  endforeach()
endforeach()

if(WRONG)
  list(JOIN WRONG "\n  " TEXT)
  message(FATAL_ERROR "layers:\n  ${TEXT}")
endif()
message(STATUS "layers: ${COUNT} files hold")
